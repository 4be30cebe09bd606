"""Towns of the gazetteer as those who write their hours name them: for the clock that is shown there."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from core.advice.availability.weekly_hours import Towns


def towns(chat: ChatContext) -> Towns:
    """The zone of a town by its name, in any of its cases; a misspelt one is asked about rather than guessed."""
    places = chat.market_context.places

    def zone(name: str) -> str | None:
        found = places.named(name) or places.declined(name)
        return found[0].zone if found else None

    return zone
