"""What is asked and said, the same on every chat. Knows no chat library and no SQL."""
