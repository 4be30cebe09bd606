"""Evidence of a deal for a chargeback, collected while the deal happens."""
