"""Simulated worlds: the product's own code in a world whose time, order of events and troubles come from a seed.

`make simulate SEEDS=200` plays so many worlds and says what did not hold; docs/decisions names what is real in it.
"""
