"""Days as cards write them, without the last dot and the year, answer a question for days."""

from __future__ import annotations

from datetime import date

import pytest

from conversations.chat_context import ChatAddress
from conversations.forms.delivery_window import read_window, with_dots
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting
from tests.conversations.trade.test_next_steps import ENGINE
from tests.core.trades import market_in_memory

ANSWERED = {
    "24.11": (24, 24),
    "24/11": (24, 24),
    "24.11.": (24, 24),
    "25.11-28.11": (25, 28),
    "25.11. – 28.11.": (25, 28),
    "25-28.11": (25, 28),
}


async def test_a_day_and_a_month_are_a_day_where_one_is_asked_for() -> None:
    async with market_in_memory() as market:
        anna, _ = await market.newcomer("Anna")

        def read(ctx: Ctx) -> dict[str, tuple[date, date]]:
            chat = ENGINE.chat_with(ctx, acting(ctx), ChatAddress("telegram", "", "1"))
            return {text: read_window(chat, text, {}) for text in ANSWERED}

        found = await market.run(anna, read)
    assert found == {text: (date(2026, 11, first), date(2026, 11, last)) for text, (first, last) in ANSWERED.items()}


@pytest.mark.parametrize("text", ["24.13", "215.00", "W50", "24.11.2026", "next week", "32.11"])
def test_text_without_day_and_month_is_unchanged(text: str) -> None:
    assert with_dots(text) == text
