"""Bare numbers after a search: another price, or another distance if that was asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from conversations.chat_context import ChatContext
from conversations.discovery.search_state import OfQuery, fingerprint
from conversations.forms.answers import read_price
from conversations.last_query import asked
from core.discovery.search.model import Query
from core.kernel.chat_state.memory import Topic
from core.kernel.errors import Refusal
from core.kernel.money import UnitPrice

BARE: Final = re.compile(r"[0-9](?:[0-9 .,'’\u00a0\u202f]{0,14}[0-9])?")
PRICES: Final = ("max_price", "price", "min_price")  # without a choice, the first of these in the query is meant
NUMBERED: Final = (*PRICES, "place")
FARTHEST_KM: Final = 3_000
MANY_TIMES: Final = 5  # a number so many times higher or lower is hardly a price, unless a price is asked for
CHANGING: Final = Topic("find.changing", OfQuery.read)  # the filter whose values are on the screen


def ask_for_number(chat: ChatContext, query: Query, wish: str) -> None:
    """Remember the filter whose values are on the screen, so that a bare number typed next is meant for it."""
    chat.memory.put(CHANGING, OfQuery(fingerprint(query), wish))


def ask_for_none(chat: ChatContext) -> None:
    if chat.memory.get(CHANGING) is not None:
        chat.memory.forget(CHANGING)


def with_number(chat: ChatContext, text: str) -> Query | None:
    """Return the query with a bare number in place of another value; None if the text means no such number.

    Raises Refusal for a number that is asked for but impossible.
    """
    if not BARE.fullmatch(text.strip()):
        return None
    query = asked(chat)
    kept = chat.memory.get(CHANGING)
    changing = kept.text if kept is not None and kept.query == fingerprint(query) else ""
    if changing == "place":
        return _within(query, text.strip())
    prices = [each for each in PRICES if getattr(query.parsed, each) is not None]
    if not prices:
        return None
    which = changing if changing in prices else prices[0]
    before: UnitPrice = getattr(query.parsed, which)
    try:
        price = read_price(chat, text, before.currency, before.unit)
    except Refusal:
        if which == changing:
            raise
        return None
    if which != changing and not before.amount / MANY_TIMES <= price.amount <= before.amount * MANY_TIMES:
        return None
    changed: dict[str, Any] = {which: price}
    return replace(query, parsed=replace(query.parsed, **changed))


def _within(query: Query, number: str) -> Query | None:
    """Return the query with another distance, in whole kilometres."""
    km = int(number) if number.isdecimal() else 0
    said = query.parsed
    return replace(query, parsed=replace(said, radius_km=km)) if 0 < km <= FARTHEST_KM else None
