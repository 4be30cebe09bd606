"""Quotes: sellers' answers to an open request."""
