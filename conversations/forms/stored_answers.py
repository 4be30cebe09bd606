"""Stored answers ("300 stacked_m3") in the words of their reader, even while they are invalid."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from conversations.wording import Words
from core.kernel.money import UnitPrice
from core.kernel.quantity import UNITS, Quantity

MEASURED: Final = re.compile(r"(?P<amount>[0-9]{1,12}(?:\.[0-9]{1,6})?) (?:(?P<currency>[A-Z]{3})/)?(?P<unit>\w{1,20})")


def in_words(words: Words, kept: str) -> str:
    """Return an amount or a price in words; any other answer unchanged."""
    found = MEASURED.fullmatch(kept)
    if found is None or found["unit"] not in UNITS:
        return kept
    amount, unit = Decimal(found["amount"]), found["unit"]
    return words.show(UnitPrice(amount, found["currency"], unit) if found["currency"] else Quantity(amount, unit))
