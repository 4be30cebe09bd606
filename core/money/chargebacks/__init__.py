"""Payments that the payer's bank takes back: which side bears the loss, and how it is undone."""
