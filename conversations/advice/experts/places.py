"""Towns of the gazetteer as those who write their hours name them: for the clock that is shown there."""

from __future__ import annotations

from conversations.chat_context import Talk
from core.advice.availability.weekly_hours import Towns


def towns(talk: Talk) -> Towns:
    """The zone of a town by its name, in any of its cases; a misspelt one is asked about rather than guessed."""
    places = talk.almanac.places

    def zone(name: str) -> str | None:
        found = places.named(name) or places.declined(name)
        return found[0].zone if found else None

    return zone
