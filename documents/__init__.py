"""Draws documents as files: invoices, signed contracts, and the evidence that answers a payment dispute.

`page` holds the layout and the fonts. `invoices`, `contracts` and `evidence` draw on it. `payments` sends the files on.
"""
