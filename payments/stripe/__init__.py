"""Stripe: the provider in parts by what is asked of it, how its objects are read, and its webhooks."""
