"""What comes after the money: dispatch and arrival, claims and disputes, and how it was."""
