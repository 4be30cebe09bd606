"""Quotes: what sellers would deliver an open request for."""
