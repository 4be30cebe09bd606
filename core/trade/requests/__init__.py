"""Open requests: what buyers look for, for sellers to quote on."""
