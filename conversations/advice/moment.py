"""A moment in a button's payload: six letters of the sixty-four that a chat allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from core.kernel.errors import Invalid

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST_LETTERS: Final = 7


def written(moment: datetime) -> str:
    """Return the minutes since 1970 in base 36."""
    minutes, text = int((moment - EPOCH).total_seconds()) // 60, ""
    while minutes:
        minutes, digit = divmod(minutes, 36)
        text = DIGITS[digit] + text
    return text or "0"


def read_moment(text: str) -> datetime:
    """Read a moment that `written` gave. Raises Invalid for other text: payloads of buttons are never trusted."""
    if not text or len(text) > MOST_LETTERS or any(letter not in DIGITS for letter in text):
        raise Invalid("talk.unknown_button")
    return EPOCH + timedelta(minutes=int(text, 36))
