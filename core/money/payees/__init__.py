"""Accounts at the provider that sellers, consultants and buyers are paid to."""
