"""What must happen later: a row with a due time. Nothing is timed in memory.

A timer is written, moved and removed in the very transaction that changes its subject's state, so the row itself says
that its point still stands; whoever fires it deletes it first, in the transaction of its effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.kernel.db import Id, Instant, Table
from core.kernel.statements import put, remove


@dataclass(frozen=True, slots=True)
class Timer:
    """`kind` says who is woken ("deal", "lot", "offer", "draft"); `event` what time has done ("sign_expired")."""

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


COLUMNS = (TimerRow.kind, TimerRow.subject, TimerRow.event, TimerRow.due_at)


def set_timer(session: Session, timer: Timer) -> None:
    """Write or move the timer of this kind, subject and event."""
    put(session, TimerRow, kind=timer.kind, subject=timer.subject, event=timer.event, due_at=timer.due_at)


def clear_timers(session: Session, kind: str, subject: str) -> None:
    remove(session, TimerRow, kind=kind, subject=subject)


def due_timers(session: Session, now: datetime, limit: int = 100) -> list[Timer]:
    query = select(*COLUMNS).where(TimerRow.due_at <= now).order_by(TimerRow.due_at).limit(limit)
    return [Timer(*row) for row in session.execute(query)]


def take_timer(session: Session, timer: Timer) -> bool:
    """Claim a due timer for this transaction. False: somebody else took or moved it."""
    return remove(session, TimerRow, kind=timer.kind, subject=timer.subject, event=timer.event, due_at=timer.due_at)


def next_due(session: Session) -> datetime | None:
    """When the next timer rings, for the lab's "to the next deadline" and for screens."""
    return session.scalar(select(TimerRow.due_at).order_by(TimerRow.due_at).limit(1))


def deadline_of(session: Session, kind: str, subject: str) -> Timer | None:
    """What time does next to this thing, and when: the "by when" of a card. None when nothing is timed."""
    query = select(*COLUMNS).where(TimerRow.kind == kind, TimerRow.subject == subject)
    row = session.execute(query.order_by(TimerRow.due_at).limit(1)).first()
    return None if row is None else Timer(*row)
