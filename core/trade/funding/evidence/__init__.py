"""Evidence: what we can show of a deal when the buyer's bank calls its money back, gathered while it happens."""
