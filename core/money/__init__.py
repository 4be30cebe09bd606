"""Money in the books, and money on its way out."""
