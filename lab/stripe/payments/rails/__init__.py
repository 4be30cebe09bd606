"""The ways to pay, each named after Stripe's payment method type. Each one carries on a confirmed intent."""
