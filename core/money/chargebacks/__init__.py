"""Payments that the payer's bank takes back: who bears it, and what undoes it."""
