"""`main.py search-batch`: anybody's documents and queries through the same engine."""
