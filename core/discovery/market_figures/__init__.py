"""Figures about the market as a whole, never about one party in it."""
