"""Rules of the product, each of which can be switched off from outside: worlds without it must be caught.

A simulation is worth what it catches. Nothing here is known to the product.
"""
