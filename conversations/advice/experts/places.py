"""Lookup of towns by the names that people write, for their time zone."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from core.advice.availability.weekly_hours import Towns


def towns(chat: ChatContext) -> Towns:
    """Return a lookup of a town's zone by its name in any case. Misspelt names are asked about, not guessed."""
    places = chat.market_context.places

    def zone(name: str) -> str | None:
        found = places.named(name) or places.declined(name)
        return found[0].zone if found else None

    return zone
