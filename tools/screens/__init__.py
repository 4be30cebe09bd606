"""`main.py screens OUT.html`: every card, form and notice, on both platforms, in every language, on one page."""
