"""Advice by consultants: profiles, the search, bookings, sessions and their aftercare."""
