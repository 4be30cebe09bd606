"""The ledger: double entry, append-only; the only package that touches posting rows."""
