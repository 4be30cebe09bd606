"""Invoices, statements, reconciliation and audit."""
