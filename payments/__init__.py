"""The edge to the payment provider: what core asked for is carried out, what the provider tells is brought to core."""
