"""Whoever asks what can be done here, and words that nobody expected. What `/help` reads out stands in `pages/`."""

from conversations.help import commands, free_text, payment_support

routers = (commands.router, free_text.router, payment_support.router)

__all__ = ["books"]
