"""Purchases from the market itself: a place in the shop window, a written recap."""
