"""The product's own HTTP face: health, metrics, webhooks it is given, and the operator's look into the books."""
