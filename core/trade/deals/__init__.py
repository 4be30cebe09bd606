"""Deals: what both sides have agreed on, signed, paid for and brought to an end."""
