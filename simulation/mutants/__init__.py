"""Rules of the product, each of which can be switched off from outside: a world without it must be caught.

A simulation is worth what it catches. The product knows nothing of this package.
"""
