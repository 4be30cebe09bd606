"""Sales by the market itself: their payment and their refund."""
