"""What the market remembers of its talks: forms that are being filled, and which message shows which thing."""
