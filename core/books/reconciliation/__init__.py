"""Reconciliation: the provider's own books laid beside ours, line by line, and a case for whatever differs."""
