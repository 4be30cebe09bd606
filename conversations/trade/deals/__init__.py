"""A deal on its card: the contract, whose turn it is, money, deliveries, and the sides' messages."""
