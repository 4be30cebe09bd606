"""The audit: what must always be true of the trade and its money, asked again and again, and told when it is not."""
