"""Negotiation before a deal: a question about a listing, offers and counter-offers."""
