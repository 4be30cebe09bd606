"""Contracts as files: the terms that both sides have signed."""
