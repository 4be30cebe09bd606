"""Simulated worlds: the product's own code in a world whose time, order of events and faults come from a seed.

`make simulate SEEDS=200` plays so many worlds and reports the violations. docs/decisions says which parts are real.
"""
