"""People of the lab: they write, press, fill in and read, on Telegram or on Slack.

They use only the lab's HTTP face.
"""

from __future__ import annotations

from typing import Protocol

from lab.people.browser import Browser, until
from lab.people.screen import words_of_message
from lab.people.slack_person import OnSlack
from lab.people.telegram_person import OnTelegram, words

__all__ = ["Browser", "OnSlack", "OnTelegram", "Person", "until", "words", "words_of_message"]


class Person(Protocol):
    """A person's actions on either platform. Texts are compared without case; a part of a text is enough."""

    name: str

    async def says(self, text: str) -> None:
        """Type a message; "/sell …" is a command on both platforms."""

    async def presses(self, label: str) -> None:
        """Press the newest button whose label holds this text."""

    async def taps_twice(self, label: str) -> None:
        """Press that button twice before the message is redrawn."""

    async def fills(self, **answers: str) -> None:
        """Fill the form in front with answers by field name, in the form's order, and send it."""

    async def answers(self, **given: str) -> None:
        """Answer the form in front as far as possible without sending it."""

    async def sees(self, *texts: str) -> str:
        """Wait until all these texts are on the screen. Return the screen."""

    async def opens(self, label: str) -> str:
        """Return the address of the newest link button whose label holds this text."""

    async def screen(self) -> str:
        """Return all words on the screen."""

    async def attaches(self, name: str, content: bytes, mime: str, into: str = "") -> None:
        """Send a photo or a document. `into`: the form's field, if it has several for files."""

    async def replies(self, to: str, text: str) -> None:
        """Answer the newest message that holds the text `to`: quoting it, or in its thread."""

    async def reacts(self, to: str, emoji: str) -> None:
        """Put a reaction under the newest message that holds the text `to`."""
