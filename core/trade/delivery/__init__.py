"""Delivery: the lots of a deal, from the plan over the road to the buyer's yes or no."""
