"""Whoever asks what can be done here, and words that nobody expected. What `/help` reads out stands in `pages/`."""

from conversations.help import anything, commands, payments

books = (commands.book, anything.book, payments.book)

__all__ = ["books"]
