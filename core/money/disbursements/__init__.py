"""Money going out: payouts, refunds and reversals of deals, sessions and what the market sells itself."""
