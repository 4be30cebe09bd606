"""Consultants and who seeks them: the profile, the search, the booking, the talk and what comes of it."""
