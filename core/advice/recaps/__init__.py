"""What is kept of a talk: the recap that the consultant sends, and every word of it where both have agreed to that."""
