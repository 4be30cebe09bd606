"""The outside world of a simulation: the lab's Stripe, phones, and what lies between them and the product."""
