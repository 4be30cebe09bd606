"""What happens, and who hears of it: one card to each person whom it concerns, on the chat that is alive."""
