"""Invoices in the chat: what there is, one as a file, and the agreement that the market writes them."""
