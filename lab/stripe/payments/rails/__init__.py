"""The ways to pay, each named after Stripe's payment method type: what becomes of an intent that is confirmed by it."""
