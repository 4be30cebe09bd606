"""What buyers ask the market for, and what sellers quote on it."""
