"""After a talk that was paid for: complaints, the payout, what a bank takes back, and the papers of it."""
