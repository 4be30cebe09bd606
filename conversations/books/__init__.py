"""A company's money in the chat: the statement, invoices and receipts, and the invoicing agreement."""
