"""The latest query of a person as it was understood. Buttons and the next words can change a part of it.

The person's own words are kept beside it. They are dropped when a button changes a part and they no longer fit. A bare
number after a search is another price, or another distance if that was asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final
from zlib import crc32

from conversations.chat_context import ChatContext
from conversations.forms.answers import read_price
from conversations.last_query import (
    GOODS,
    LATEST,
    AskedQuery,
    LatestList,
    asked,
    latest,
)
from core.discovery.search.model import EMPTY, NOT_LOOKED_AT, Query
from core.kernel.chat_state.memory import Topic
from core.kernel.errors import Refusal
from core.kernel.money import UnitPrice

SUPPLY: Final = Topic("wanted", AskedQuery.read)
PROBLEM: Final = "problem"  # no list but the question for the problem, which the next words answer


@dataclass(frozen=True, slots=True)
class OfQuery:
    """A text about one query, identified by its fingerprint. It does not apply to another list."""

    query: int
    text: str

    @classmethod
    def read(cls, text: str) -> OfQuery:
        query, _, rest = text.partition(" ")
        return cls(int(query), rest)

    def __str__(self) -> str:
        return f"{self.query} {self.text}"


PLACE: Final = Topic("place_in_list", OfQuery.read)  # the position in a list, or the opened result
WORD = re.compile(r"\w+")


def asked_words(chat: ChatContext) -> str:
    """Return the person's words for the current query; empty if the words are not theirs."""
    last = chat.memory.get(GOODS)
    return last.words if last is not None else ""


def ask(chat: ChatContext, query: Query, topic: Topic[AskedQuery] = GOODS, *, words: str = "") -> Query:
    """Set the current query; its buttons carry its fingerprint.

    `words`: the person's own, if they say all of it. Ignored words are left out.
    """
    own = _without_unknown_words(" ".join(words.split()), query)
    chat.memory.put(topic, AskedQuery(query.to_json(), own))
    attend(chat, topic.name)
    return query


def attend(chat: ChatContext, topic: str) -> None:
    """Mark this list as the one that the next words may refer to."""
    chat.memory.put(LATEST, LatestList(topic, chat.ctx.now))


def ask_problem(chat: ChatContext) -> None:
    """Ask for the problem. The next plain words describe it."""
    attend(chat, PROBLEM)


def awaits_problem(chat: ChatContext) -> bool:
    """Return True if the problem was asked for and nothing else was shown since."""
    return latest(chat) == PROBLEM


def ask_problem_no_more(chat: ChatContext) -> None:
    """Stop waiting for the problem, because another list is shown now."""
    if awaits_problem(chat):
        attend(chat, "")


def keep_place(chat: ChatContext, query: Query, where: str) -> None:
    """Remember where the list continues, or which result was opened, for the next "more" or "Tuesday"."""
    chat.memory.put(PLACE, OfQuery(fingerprint(query), where))


def place_kept(chat: ChatContext, query: Query) -> str:
    """Return the place in the list of this query.

    It is empty if there is none, or another list was shown since.
    """
    place = chat.memory.get(PLACE)
    return place.text if place is not None and place.query == fingerprint(query) else ""


def _without_unknown_words(own: str, query: Query) -> str:
    """Remove words that no listing uses.

    If a number is among them, return an empty text; the filters name the search then.
    """
    refusals = (each for each in query.parsed.unclear if each.code == NOT_LOOKED_AT)
    unknown = [word for each in refusals for word in WORD.findall(str(each.parts["words"]))]
    if any(word.isdigit() for word in unknown):
        return ""
    for word in unknown:
        own = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "", own)
    return re.sub(r"\s+(?=[,.;]|\s|$)", "", own).strip(" ,.;")


def added(chat: ChatContext, words: str) -> str:
    """Append these words to the person's query; empty if a button has changed the query."""
    before = asked_words(chat)
    if not before and asked(chat).parsed != EMPTY:
        return ""
    return ", ".join(filter(None, (before, words)))


def has_asked(chat: ChatContext) -> bool:
    """Return True if a list of goods was asked for and nothing else since."""
    return latest(chat) == GOODS.name


def fingerprint(query: Query) -> int:
    """Return a number that identifies this query. A button of an earlier list must not change a later one."""
    return crc32(query.to_json().encode())


BARE: Final = re.compile(r"[0-9](?:[0-9 .,'’\u00a0\u202f]{0,14}[0-9])?")
PRICES: Final = ("max_price", "price", "min_price")  # without a choice, the first of these in the query is meant
NUMBERED: Final = (*PRICES, "place")
FARTHEST_KM: Final = 3_000
MANY_TIMES: Final = 5  # a number so many times higher or lower is hardly a price, unless a price is asked for
CHANGING: Final = Topic("find.changing", OfQuery.read)  # the filter whose values are on the screen


def ask_for_number(chat: ChatContext, query: Query, filter_name: str) -> None:
    """Remember the filter whose values are on the screen, so that a bare number typed next is meant for it."""
    chat.memory.put(CHANGING, OfQuery(fingerprint(query), filter_name))


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
    km = int(number) if number.isdecimal() else 0
    parsed = query.parsed
    return replace(query, parsed=replace(parsed, radius_km=km)) if 0 < km <= FARTHEST_KM else None
