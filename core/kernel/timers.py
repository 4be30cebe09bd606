"""Timers: rows with a due time. Nothing is timed in memory.

A timer is written, moved and removed in the same transaction that changes its subject's state. So an existing row is
still valid. A worker that fires it deletes it first, in the transaction of its effect.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import ColumnElement, Interval, String, bindparam, func, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from core.kernel.compiled_statements import ask, put, remove
from core.kernel.database import Id, Instant, Table

HALF: Final = Fraction(1, 2)  # share of the way to a deadline, where its first reminder stands
END_OF_TIME: Final = datetime(9999, 1, 1, tzinfo=UTC)  # nothing is moved beyond it: no calendar could write it down


@dataclass(frozen=True, slots=True)
class Timer:
    """`kind` names the handler ("deal", "lot", "offer", "draft"); `event` is what time has done ("sign_expired")."""

    kind: str
    subject: str
    event: str
    due_at: datetime


class TimerRow(Table):
    __tablename__ = "timer"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(Id, primary_key=True)
    event: Mapped[str] = mapped_column(String(40), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)
    since: Mapped[datetime | None] = mapped_column(Instant)  # start of a deadline that has reminders
    remind_at: Mapped[datetime | None] = mapped_column(Instant, index=True)


COLUMNS = (TimerRow.kind, TimerRow.subject, TimerRow.event, TimerRow.due_at)

_ABOUT = TimerRow.kind == bindparam("kind"), TimerRow.subject == bindparam("subject")
_NEXT = select(*COLUMNS).where(*_ABOUT).order_by(TimerRow.due_at).limit(1)
_NEXT_OF_EVENT = _NEXT.where(TimerRow.event == bindparam("event"))


def set_timer(session: Session, timer: Timer, *, since: datetime | None = None) -> None:
    """Write or move the timer of this kind, subject and event.

    `since`: when a deadline of a person began to run; they are reminded on the way to it (reminders.py).
    """
    half = None if since is None else reminder_at(since, timer.due_at, HALF)
    named = {"kind": timer.kind, "subject": timer.subject, "event": timer.event}
    put(session, TimerRow, **named, due_at=timer.due_at, since=since, remind_at=half)


def reminder_at(since: datetime, due_at: datetime, part: Fraction) -> datetime:
    """Return the moment at this share of the way from one moment to the other, to the whole second."""
    seconds = int((due_at - since).total_seconds() * part)
    return since + timedelta(seconds=seconds)


def clear_timers(session: Session, kind: str, subject: str) -> None:
    remove(session, TimerRow, kind=kind, subject=subject)


def due_timers(session: Session, now: datetime, limit: int = 100) -> list[Timer]:
    query = select(*COLUMNS).where(TimerRow.due_at <= now).order_by(TimerRow.due_at).limit(limit)
    return [Timer(*row) for row in session.execute(query)]


def take_timer(session: Session, timer: Timer) -> bool:
    """Claim a due timer for this transaction. Return False if another worker took or moved it."""
    return remove(session, TimerRow, kind=timer.kind, subject=timer.subject, event=timer.event, due_at=timer.due_at)


def deadline_of(session: Session, kind: str, subject: str, event: str | None = None) -> Timer | None:
    """Return the next timer of this subject, or that of one event: the "by when" of a card.

    None when nothing is timed.
    """
    if event is None:
        found = ask(session, _NEXT, kind=kind, subject=subject)
    else:
        found = ask(session, _NEXT_OF_EVENT, kind=kind, subject=subject, event=event)
    return Timer(*found[0]) if found else None


def deadlines_of(session: Session, kind: str, subjects: Collection[str]) -> dict[str, Timer]:
    """Return the next timer of several subjects, in one statement. A subject without a timer is left out."""
    if len(subjects) < 2:
        found = [deadline_of(session, kind, each) for each in subjects]
    else:
        which = select(*COLUMNS).where(TimerRow.kind == kind, TimerRow.subject.in_(subjects))
        found = [Timer(*row) for row in session.execute(which.order_by(TimerRow.due_at.desc()))]
    return {each.subject: each for each in found if each is not None}  # the soonest is written last


def move_on(session: Session, since: datetime, by: timedelta, but: Collection[str]) -> int:
    """Put off every deadline after `since`, except of those kinds. Returns how many."""
    moved = (
        update(TimerRow)
        .where(TimerRow.due_at > since, TimerRow.due_at < END_OF_TIME - by, TimerRow.kind.not_in(but))
        .values(
            due_at=later(session, TimerRow.due_at, by),
            since=later(session, TimerRow.since, by),
            remind_at=later(session, TimerRow.remind_at, by),
        )
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(moved).rowcount)  # type: ignore[attr-defined]  # a DML result has it


def later(session: Session, moment: InstrumentedAttribute[Any], by: timedelta) -> ColumnElement[Any]:
    """Return a column of moments put off by `by`, so that one statement moves a million rows."""
    if session.connection().dialect.name == "sqlite":  # it keeps moments as text, to the microsecond
        return func.strftime("%Y-%m-%d %H:%M:%f000", moment, f"{by.total_seconds():+.3f} seconds")
    return moment + literal(by, Interval())
