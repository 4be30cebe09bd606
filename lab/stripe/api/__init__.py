"""Stripe's own rules for any call: parameters, shapes, errors, keys and trouble, whatever the call is about."""
