"""What the two sides of a deal say to each other about it."""
