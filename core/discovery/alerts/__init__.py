"""Saved searches; who hears of a new listing or request: each person at most once, at the hours they have chosen."""
