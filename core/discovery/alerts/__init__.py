"""Saved searches, and alerts about new listings and requests: each person at most once, at their chosen hours."""
