"""Escrow: protected payment. The buyer's money is held, released lot by lot, or given back; the ledger keeps count.

Other slices come in by `service`, which says what is where on the way of the money. Beside that way stand `rails`
(how a buyer pays), `evidence` (what is shown to a bank), and what a card says of it all (`money_summary`).
"""
