"""`main.py demo`: a trade and two sessions through both bots, printed as people see them."""
