"""Consultants: profiles, availability, sessions and what follows."""
