"""Erasure and export of personal data."""
