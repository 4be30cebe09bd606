"""Saved searches, and who hears of a new listing: each person at most once, at the hours they have chosen."""
