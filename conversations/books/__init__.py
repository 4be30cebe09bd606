"""One's own money in the chat: the statement, invoices and receipts, and the agreement that the market writes them."""
