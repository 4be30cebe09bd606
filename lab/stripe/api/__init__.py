"""How any call is served: read, checked against the SDK's types, remembered by its key, answered in Stripe's shapes."""
