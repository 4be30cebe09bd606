"""What traders do with each other: listing, offer, agreement, delivery, claim, dispute, money, review."""
