"""Inquiries: a buyer asks the seller before making an offer; both are relayed."""
