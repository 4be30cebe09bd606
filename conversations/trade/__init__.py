"""Conversations of traders: listing, offer, agreement, delivery, claim, dispute, money, review."""
