"""Reputation: sealed reviews after a deal, and a score that many small pretended deals cannot lift."""
