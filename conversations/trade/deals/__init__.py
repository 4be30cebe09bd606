"""A deal on its card: what was signed, whose turn it is, its money and its lots, and what its sides say."""
