"""The Telegram edge: python-telegram-bot's types and calls, our own transport, polling and delivery."""

import os

# The library's own switch to durations as `timedelta`; without it every "retry after" is a deprecation warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")
