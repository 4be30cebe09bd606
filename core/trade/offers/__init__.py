"""Offers: proposals of a buyer and a seller on a listing until both say yes or one says no."""
