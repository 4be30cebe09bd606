"""The trade in goods, from the listing to the review."""
