"""The messages of the channel "mail". Names of kinds and fields are stored; a new field needs a default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.kernel.messages import Message, stored_as

MAIL: Final = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A file in a letter. `kind`: the subtype of its media type; `content`: its bytes in base64."""

    name: str
    kind: str
    content: str


@stored_as(MAIL, "email_code")
class CodeLetter(Message):
    """A code that proves an address, to be worded when it is sent."""

    to: str
    code: str
    locale: str


@stored_as(MAIL, "letter")
class Letter(Message):
    """A finished letter. `calendar`: an entry for the reader's calendar, and `method` what to do with it."""

    to: str
    subject: str
    text: str
    calendar: str | None = None
    method: str = "REQUEST"
    files: tuple[Enclosed, ...] = ()


@stored_as(MAIL, "alarm")
class AlarmLetter(Message):
    """A finished letter to the operator."""

    to: str
    subject: str
    text: str
