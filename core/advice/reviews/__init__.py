"""What the two sides of a session that was paid for say of each other: sealed, one tap, one public answer."""
