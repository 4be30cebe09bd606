"""Form drafts and card pointers: tables and their limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Table, Words

DRAFT_KEPT = timedelta(days=7)
DRAFT_REMINDER = timedelta(days=1)  # before it goes
DRAFT_KEPT_ABOUT = timedelta(hours=1)  # how finely its end is moved on as it is filled: rarely within one sitting

LATELY = timedelta(seconds=20)  # a card sent so long ago still stands at the end of its chat, or nearly

TOPIC = "topic:"  # before the name of a thing: the topic or thread that is its own, rather than a message that shows it


class Draft(Table):
    """A form somebody is filling: its answers, never a position in it. The next question follows from the answers.

    `revision` goes up with each accepted input; buttons carry it, so a press on an older card is recognised.
    `trail`: the fields in the order they were answered, for Back. `schema`: hash of the form's fields at the last
    input; what was meant for an older form is not taken, and the form as it is now is shown.
    """

    __tablename__ = "draft"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    flow: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str | None] = mapped_column(Id)  # the offer, deal or lot the form is about
    expected_version: Mapped[int | None] = mapped_column(Integer)  # of its subject, when the form was opened
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    trail: Mapped[list[str]] = mapped_column(JSON, default=list)
    said: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # which message has answered which field
    editing: Mapped[str | None] = mapped_column(String(40))  # the line of the review being changed
    schema: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int] = mapped_column(Integer, default=1)
    focused: Mapped[bool] = mapped_column(Boolean, default=True)  # free text goes here
    started_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_draft_person_focused", "person_id", "focused"),)


class Remembered(Table):
    """A short text that a button refers to but cannot carry: the sentence of somebody's last search."""

    __tablename__ = "remembered"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(80), primary_key=True)
    text: Mapped[str] = mapped_column(Words)


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A message that shows a thing. `folded`: the one line it is left with when a newer one takes its place.

    `main`: what its main button carries, which a thumb under the message presses. `lately`: it was sent just now.
    `covered`: a card of something else was sent after it.
    """

    message: str
    folded: str
    main: str = ""
    lately: bool = True
    covered: bool = False


class CardPointer(Table):
    """The message at an address that shows a thing, so that it is edited instead of sent again."""

    __tablename__ = "card_pointer"

    platform: Mapped[str] = mapped_column(String(10), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(20), primary_key=True)
    address: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(60), primary_key=True)
    message: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(Words, default="")
    main: Mapped[str] = mapped_column(String(64), default="")
    shown_at: Mapped[datetime] = mapped_column(Instant)  # when the message was sent, however often it was edited
