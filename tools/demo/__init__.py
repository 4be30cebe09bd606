"""`main.py demo`: a trade and two talks through both bots, printed as people see them."""
