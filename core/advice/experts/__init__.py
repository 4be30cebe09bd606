"""Consultants: who they are, what they know, when they have time, and what an hour of theirs costs."""
