"""Escrow, or protected payment: the buyer's money is held, released lot by lot, or refunded, as the ledger records.

The steps of the money: `service` asks for it and counts it, `settlement` splits it, `payouts` sends it out.
`chargebacks` handles what a bank takes back, and `overpayments` what came too much. Separate parts are `rails` (how a
buyer pays), `evidence` (what a bank is shown) and `money_summary` (what a card says).
"""
