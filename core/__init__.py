"""Rules of the market: what is true and what is allowed. Knows no chat, web, vendor library or settings."""
