"""Inbox of updates, events and webhooks. Each is taken once, because its outside id is inserted a single time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, String, delete, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.kernel.compiled_statements import add_once, change, connection_of
from core.kernel.database import Instant, Table
from core.kernel.plain_text import storable, storable_json

IN_TURN: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:who, 0))")


class InboxRow(Table):
    """An outside message by its outside id, with the answer that was given, for when it comes again."""

    __tablename__ = "inbox"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(Instant, index=True)
    body: Mapped[Any] = mapped_column(JSON)
    answer: Mapped[Any] = mapped_column(JSON, nullable=True)
    failure: Mapped[str | None] = mapped_column(String(200))


@dataclass(slots=True)
class CurrentInput:
    """The input that a unit works on: its key and its words, if it has words. Empty where time or a bank acts."""

    key: str | None = None
    text: str | None = None


def take_in(session: Session, key: str, body: Any, now: datetime) -> bool:
    """True the first time this key is seen. False: it was taken before, and must have no second effect."""
    return add_once(session, InboxRow, key=key, received_at=now, body=storable_json(body))


def after_their_last(session: Session, who: str) -> None:
    """Wait until all other input of this sender has been handled.

    Two messages at the same moment may both continue from the same state. Each would then overwrite the other. Call it
    first in a unit; SQLite has one writer anyway.
    """
    connection = connection_of(session)
    if connection.dialect.name == "postgresql":
        connection.execute(IN_TURN, {"who": who})


def keep_answer(session: Session, key: str, answer: Any) -> None:
    change(session, InboxRow, {"key": key}, answer=answer)


def answer_given(session: Session, key: str) -> Any:
    return session.scalar(select(InboxRow.answer).where(InboxRow.key == key))


def note_failure(session: Session, key: str, body: Any, failure: str, now: datetime) -> None:
    """Keep what we could not work on (our own mistake), so that it is neither lost nor tried for ever."""
    kept = storable_json(body)
    session.execute(insert(InboxRow).values(key=key, received_at=now, body=kept, failure=storable(failure)))


def forget_before(session: Session, moment: datetime) -> None:
    """Delete old keys. Platforms stop redelivering within days; a month later a key has done its work."""
    session.execute(delete(InboxRow).where(InboxRow.received_at < moment))
