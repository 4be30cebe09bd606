"""Notices for people while nothing can be stored. They go straight to the chat, since no outbox can be written."""

from __future__ import annotations

from conversations.turn import TextMessage, Turn
from conversations.wording import Wordings


class OutageNotices:
    """Notices of one platform: one for each chat in an outage.

    `repeats`: the platform sends every input again. Otherwise it repeats messages, but no presses and no
    commands.
    """

    def __init__(self, wordings: Wordings, *, repeats: bool) -> None:
        self._wordings = wordings
        self._repeats = repeats
        self._told: dict[str, int] = {}  # the number of the last outage that a chat was told of

    def notice(self, turn: Turn, outage: int) -> str | None:
        """Return what to tell the sender of an input that could not be stored. None: they have been told."""
        waits = self._repeats or (isinstance(turn.input, TextMessage) and turn.trigger is None)
        if waits and self._told.get(turn.address) == outage:
            return None
        self._told[turn.address] = outage
        words = self._wordings.speak(turn.identity.locale)
        return words("talk.waits") if waits else words("talk.not_stored")
