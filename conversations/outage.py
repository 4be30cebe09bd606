"""What people are told while nothing can be stored. It goes straight to their chat, since no outbox can be written."""

from __future__ import annotations

from conversations.turn import TextMessage, Turn
from conversations.wording import Wordings


class OutageNotices:
    """Notices of one platform: one for each chat, until something is stored again.

    `repeats`: the platform sends every input again; otherwise it does so for written ones alone.
    """

    def __init__(self, wordings: Wordings, *, repeats: bool) -> None:
        self._wordings = wordings
        self._repeats = repeats
        self._told: set[str] = set()

    def notice(self, turn: Turn) -> str | None:
        """Return what to tell the sender of an input that could not be stored. None: they have been told."""
        waits = self._repeats or isinstance(turn.input, TextMessage)
        if waits and turn.address in self._told:
            return None
        self._told.add(turn.address)
        return self._wordings.speak(turn.identity.locale)("talk.waits" if waits else "talk.not_stored")

    def end(self) -> None:
        """Something was stored: whatever fails later is another outage."""
        self._told.clear()
