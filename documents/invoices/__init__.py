"""Invoices as files: the electronic invoice of EN 16931, the page that people read, and both as one PDF."""
