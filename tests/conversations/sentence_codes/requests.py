"""Sentences on requests for quotes: whose turn it is in each state, and the notices to each side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from conversations.trade.requests import notifications as request_facts

FACTS: Final[tuple[tuple[Mapping[type, str], frozenset[str]], ...]] = (
    (request_facts.PUBLISHED_FACTS, frozenset()),
    (request_facts.REQUEST_FACTS, frozenset({"why"})),
    (request_facts.CHANGED_EVENTS, frozenset({"why", "name", "what"})),
    (request_facts.QUOTE_FACTS, frozenset({"count"})),
    (request_facts.AWARDED_FACTS, frozenset({"why", "due"})),
    (request_facts.REOPENED_FACTS, frozenset({"why", "due", "count"})),
    (request_facts.SIGNED_FACTS, frozenset()),
)
NOTICES: Final[Mapping[str, frozenset[str]]] = {
    "notice.request_changed_quoted": frozenset({"what", "who", "due", "why"}),
    "notice.request_asked_again": frozenset({"who", "due"}),
    "notice.request_reopened_quoted": frozenset({"due", "why"}),
}


def turns(states: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the codes by state and side. Once a quote is taken, its buyer reads of the deal instead."""
    due, of_deal = frozenset({"due"}), ("awarded", "signed")
    sides = ("buyer", "seller")
    codes = [f"{state}.{side}" for state in states for side in sides if side == "seller" or state not in of_deal]
    return {f"request.turn.{code}": due for code in (*codes, "to_sign", "to_approve")}
