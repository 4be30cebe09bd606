"""Sellers: their accounts at the lab's Stripe, and the money passed on to them."""
