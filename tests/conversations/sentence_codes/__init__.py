"""All sentences that can be said, read from the source and its live tables: each code with its placeholders."""
