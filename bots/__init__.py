"""The chat platforms: each edge translates one outside world into turns, and replies into its messages."""
