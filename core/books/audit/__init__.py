"""The audit: invariants of the trade and its money, checked regularly, with an alarm for each break."""
