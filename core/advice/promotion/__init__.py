"""Promoted places that consultants may buy, and the counters of their profiles' views."""
