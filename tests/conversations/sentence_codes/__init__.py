"""What can be said at all, read from the source and its live tables: each code with the parts that are filled in."""
