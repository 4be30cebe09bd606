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
        self._outage = 0  # the number of the outage that `_told` is about
        self._told: set[str] = set()  # the chats that were told of it

    def notice(self, turn: Turn, outage: int) -> str | None:
        """Return what to tell the sender of an input that could not be stored. None: they have been told."""
        waits = self._repeats or (isinstance(turn.input, TextMessage) and turn.trigger is None)
        if outage != self._outage:
            self._outage, self._told = outage, set()
        if waits and turn.address in self._told:
            return None
        self._told.add(turn.address)
        words = self._wordings.speak(turn.identity.locale)
        return words("talk.waits") if waits else words("talk.not_stored")
