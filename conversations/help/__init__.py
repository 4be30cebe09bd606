"""Help about the market, and replies to unexpected words. `/help` reads out the texts in `pages/`."""
