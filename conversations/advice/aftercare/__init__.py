"""What is said when a session is over: how it was, what is kept of it, and what was wrong with it."""
