"""Escrow: protected payment. The buyer's money is held, released lot by lot, or given back; the ledger keeps count."""
