"""Where the index lies in the database: the log of changes, the bases, and what a process has read of them."""
