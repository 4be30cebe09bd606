"""Conversations with the measured programs: simulated sellers, a Bot API, and each program's own side."""
