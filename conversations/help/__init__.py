"""Whoever asks what can be done here, and words that nobody expected. What `/help` reads out stands in `pages/`."""

from conversations.help import commands, free_text, payment_support

books = (commands.book, free_text.book, payment_support.book)

__all__ = ["books"]
