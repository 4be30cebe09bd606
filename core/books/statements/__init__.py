"""Statements: what is held for whom until when, what was paid out and what was deducted, on screen and as a file."""
