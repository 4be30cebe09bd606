"""Offers: what a buyer and a seller propose to each other on a listing until both say yes or one says no."""
