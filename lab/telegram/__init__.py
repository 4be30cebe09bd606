"""A simulated Telegram Bot API server, as strict as the real one, and the phones of its users."""

from lab.telegram.service import Telegram
from lab.telegram.state import DEFAULT_TOKEN

__all__ = ["DEFAULT_TOKEN", "Telegram"]
