"""Contact outside the market: contacts that are hidden until two have business, blocks and reports."""
