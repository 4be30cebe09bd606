"""Escrow, or protected payment: the buyer's money is held, released lot by lot, or refunded, as the ledger records.

Other slices use `service`, which lists the steps of the money. Separate parts are `rails` (how a buyer pays),
`evidence` (what a bank is shown) and `money_summary` (what a card says).
"""
