"""Evidence for a payment dispute: `records` collects the facts, `document` draws them, `sentences` tells them."""
