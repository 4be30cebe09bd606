"""Requests for advice told in a message.

Consultants are found at once, or are one tap away from a list of goods.
"""

from __future__ import annotations

from typing import Final

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.reply import Button
from core.catalogue.product_names import words_of
from core.discovery.search import service
from core.discovery.search.model import ParsedQuery, Query
from core.discovery.search.service import parse, split_clock_time

WORDS_OF_A_PROBLEM: Final = 2  # "boiler slags"; a single word left over is more often a typo
KNOWS: Final = frozenset({"field", "skill", "topic"})


def advice_row(chat: ChatContext, query: Query) -> tuple[tuple[Button, ...], ...]:
    """Return a button to the consultants, if the query says more than goods and a consultant advises on it."""
    if not _says_enough(chat, query.parsed) or not _consultant_knows(chat, query):
        return ()
    return ((Button(label=chat.words("command.experts"), press=press("seek.from_goods")),),)


def tells_a_problem(chat: ChatContext, sentence: str, parsed: ParsedQuery, *, wants_goods: bool) -> bool:
    """Return True if a message is meant for consultants.

    It names one, and the search for consultants answers even if none fits. Or it asks for advice rather than goods, or
    for no goods at all, and a consultant knows the subject.
    """
    clock = split_clock_time(sentence, chat.market_context.catalogue, chat.today)
    if clock.at is not None:  # "10:00" is not grade B10
        market_context, sentence = chat.market_context, clock.text
        parsed = parse(
            sentence, market_context.catalogue, market_context.places, chat.today, chat.words.language, several=True
        )
    intent = service.intent_of(sentence, parsed, chat.market_context.catalogue)
    if intent.names_adviser():
        return True
    of_consultant = clock.at is not None or parsed.speaks is not None  # goods have no hour, and speak no language
    enough = of_consultant or _says_enough(chat, parsed)
    for_advisers = intent.is_for_advice() if wants_goods else enough
    return for_advisers and _consultant_knows(chat, Query(parsed))


def _says_enough(chat: ChatContext, parsed: ParsedQuery) -> bool:
    """Return True if enough words are left without the goods. A country's name counts as one word."""
    words = words_of(parsed.rest)
    of_countries = sum(end - start - 1 for start, end in chat.market_context.catalogue.areas_in(words))
    return len(words) - of_countries >= WORDS_OF_A_PROBLEM


def _consultant_knows(chat: ChatContext, query: Query) -> bool:
    problem = service.as_problem(query, chat.market_context.catalogue)
    found = service.search_experts(chat.ctx, chat.market_context.catalogue, problem, but=chat.organisation)
    return any(kind in KNOWS for match in found.matches for kind, _ in match.reasons)
