"""Listings: the form, the card, changes of a live listing, and questions about unusual prices."""
