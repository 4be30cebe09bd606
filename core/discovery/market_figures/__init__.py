"""What the market as a whole can be told of itself, and never of one party in it."""
