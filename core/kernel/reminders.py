"""Reminders: half way to a deadline and shortly before it, each person whose turn it is is told once.

They stand in the deadline's own timer row. A step that removes or moves the timer also removes or moves its reminders.
So no person is reminded of what they have done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.kernel.compiled_statements import change
from core.kernel.events import Event
from core.kernel.timers import TimerRow, reminder_at
from core.kernel.transaction import TIME, Ctx, Transactions

LATE: Final = Fraction(9, 10)  # share of the way; the first one comes half way (Sharetribe's rule)
AT_ONCE: Final = 100


class DeadlineNears(Event):
    """Time will soon do `event` to the subject of that kind. `late`: the second reminder, and the last."""

    kind: str
    subject: str
    event: str
    due_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder whose moment has come."""

    kind: str
    subject: str
    event: str
    due_at: datetime
    since: datetime
    remind_at: datetime


COLUMNS = (
    TimerRow.kind,
    TimerRow.subject,
    TimerRow.event,
    TimerRow.due_at,
    TimerRow.since,
    TimerRow.remind_at,
)


def due_reminders(session: Session, now: datetime) -> list[Reminder]:
    query = select(*COLUMNS).where(TimerRow.remind_at <= now, TimerRow.due_at > now)
    rows = session.execute(query.order_by(TimerRow.remind_at).limit(AT_ONCE))
    return [Reminder(*cast("tuple[Any, ...]", row)) for row in rows]  # a row with `remind_at` has its `since`


def put_off(session: Session, near: DeadlineNears, until: datetime) -> None:
    """Postpone a reminder that should not be delivered now."""
    change(session, TimerRow, {"kind": near.kind, "subject": near.subject, "event": near.event}, remind_at=until)


async def remind_due(transactions: Transactions) -> int:
    """Tell all that is due in one unit, so that what concerns one deal comes in one card. Returns how many."""
    return await transactions.run(TIME, _remind)


def _remind(ctx: Ctx) -> int:
    told = 0
    for due in due_reminders(ctx.session, ctx.now):
        last = reminder_at(due.since, due.due_at, LATE)
        late = ctx.now >= last
        named = {"kind": due.kind, "subject": due.subject, "event": due.event, "remind_at": due.remind_at}
        if change(ctx.session, TimerRow, named, remind_at=None if late else last):
            ctx.announce(DeadlineNears(due.kind, due.subject, due.event, due.due_at, late))
            told += 1
    return told
