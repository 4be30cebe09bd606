"""Conversations about the erasure and export of personal data."""
