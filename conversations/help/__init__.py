"""Help about the market, and replies to unexpected words. `/help` reads out the texts in `pages/`."""

from conversations.help import commands, free_text, payment_support

routers = (commands.router, free_text.router, payment_support.router)

__all__ = ["books"]
