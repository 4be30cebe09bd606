"""Consultants: profile, card, hours, rates, promotion and statistics."""
