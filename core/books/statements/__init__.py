"""Statements: money held and until when, money paid out, and deductions, on screen and as a file."""
