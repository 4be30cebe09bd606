"""The index in the database: the log of changes, the bases, and the part that a process has read."""
