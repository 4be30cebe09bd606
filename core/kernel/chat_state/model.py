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
DRAFT_KEPT_ABOUT = timedelta(hours=1)  # steps in which its end is moved while it is filled: rarely within one sitting

LATELY = timedelta(seconds=20)  # a card sent so long ago still stands at the end of its chat, or nearly

TOPIC = "topic:"  # before the name of a subject: the subject's own topic or thread, not a message that shows it


class Draft(Table):
    """Draft of a form: its answers, never a position in it. The next question follows from the answers.

    `revision` goes up with each accepted input. Buttons carry it, so a press on an older card is recognised.
    `trail`: the fields in the order they were answered, for Back.
    `schema`: hash of the form's fields at the last input. Input for an older form is not accepted, and the current form
    is shown.
    """

    __tablename__ = "draft"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    flow: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str | None] = mapped_column(Id)  # the offer, deal or lot the form is about
    expected_version: Mapped[int | None] = mapped_column(Integer)  # version of the subject when the form was opened
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    trail: Mapped[list[str]] = mapped_column(JSON, default=list)
    sources: Mapped[dict[str, str]] = mapped_column("said", JSON, default=dict)  # which message answered which field
    editing: Mapped[str | None] = mapped_column(String(40))  # the line of the review being changed
    schema: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int] = mapped_column(Integer, default=1)
    focused: Mapped[bool] = mapped_column(Boolean, default=True)  # free text goes here
    started_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_draft_person_focused", "person_id", "focused"),)


class MemoryRow(Table):
    """A short text that a button refers to but cannot carry, for example the sentence of a person's last search."""

    __tablename__ = "remembered"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(80), primary_key=True)
    text: Mapped[str] = mapped_column(Words)


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A message that shows a subject. `folded`: the one line that is left when a newer message takes its place.

    `main`: what its main button carries, for a reaction with a thumb. `lately`: it was sent just now.
    `covered`: a card of another subject was sent after it.
    """

    message: str
    folded: str
    main: str = ""
    lately: bool = True
    covered: bool = False


class CardPointer(Table):
    """The message at an address that shows a subject, so that it is edited instead of sent again."""

    __tablename__ = "card_pointer"

    platform: Mapped[str] = mapped_column(String(10), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(20), primary_key=True)
    address: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(60), primary_key=True)
    message: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(Words, default="")
    main: Mapped[str] = mapped_column(String(64), default="")
    shown_at: Mapped[datetime] = mapped_column(Instant)  # time of sending; later edits do not change it
