"""What a bank's taking money back means for a deal, and for something that the market itself has sold."""
