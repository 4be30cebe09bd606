"""Reconciliation: the provider's books compared with ours, line by line, with a case for each difference."""
