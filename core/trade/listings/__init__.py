"""Listings: goods that a seller offers, how long an offer stands, and how much of it is left."""
