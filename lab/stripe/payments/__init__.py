"""Money coming in: customers, payment methods, intents, Checkout, and what may still happen to a charge."""
