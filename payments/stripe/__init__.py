"""Stripe: the provider, divided by the kind of request, the parsing of its objects, and its webhooks."""
