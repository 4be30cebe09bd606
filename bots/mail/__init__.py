"""Mail as an edge: what the market has to say to an address, over SMTP."""
