"""Conversations after the payment: dispatch, arrival, claims, disputes and reviews."""
