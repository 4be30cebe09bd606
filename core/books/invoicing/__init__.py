"""Invoices and credit notes: who writes which to whom, with which VAT, under numbers without a gap."""
