"""Incoming money: customers, payment methods, intents, Checkout, and later events of a charge."""
