"""The peers that the ledger is measured beside, and a market that has been open for long."""
