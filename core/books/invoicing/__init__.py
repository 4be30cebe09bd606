"""Invoices and credit notes: their issuer and recipient, their VAT, and numbers without a gap."""
