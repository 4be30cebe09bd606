"""Heartbeat of the timer sweep: our own downtime brings no person's deadline nearer.

A worker says that it is alive before it fires timers. If the last heartbeat is older than a restart takes, the market
was away for all of that time. Before any timer fires, every deadline of a person moves by that time. A person who could
not act or be told loses no deadline, accepts nothing by silence and is not late.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.compiled_statements import add_once, change, pick, put
from core.kernel.database import Id, Instant, Table
from core.kernel.events import Event
from core.kernel.timers import move_on
from core.kernel.transaction import Ctx

log = structlog.get_logger(__name__)

WORKER: Final = "worker"
WRITABLE: Final = "writable"  # the row that only proves that rows can be written
BEAT_EVERY: Final = timedelta(seconds=10)  # how often a sweep that runs all the time writes its row
AWAY_FROM: Final = timedelta(seconds=30)  # a longer silence is an outage; a shorter one is a restart


class HeartbeatRow(Table):
    """Time of the last sweep, by the machine's own clock."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


class OutageRow(Table):
    """A time in which no sweep ran, kept to explain why a deadline has moved. Moments of the market's clock."""

    __tablename__ = "outage"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant)


class ClocksStopped(Event):
    """The sweep did not run from `since` on, for the time `by`. Modules move their own copies of timers by it."""

    since: datetime
    by: timedelta


def beat(ctx: Ctx, at: datetime, but: Collection[str]) -> timedelta | None:
    """Record that the sweep is alive at that moment of the machine's clock; call it before any timer is fired.

    Returns the length of an outage, or None. After an outage every timer moves by it, except kinds that are no person's
    deadline. If several workers come back at once, only the first moves them.
    """
    last = pick(ctx.session, HeartbeatRow, ("at",), name=WORKER)
    if last is None:
        add_once(ctx.session, HeartbeatRow, name=WORKER, at=at)
        return None
    away: timedelta = at - last["at"]
    if away < BEAT_EVERY:
        return None
    first = change(ctx.session, HeartbeatRow, {"name": WORKER, "at": last["at"]}, at=at)
    if not first or away < AWAY_FROM:
        return None
    since = ctx.now - away
    moved = move_on(ctx.session, since, away, but)
    ctx.session.add(OutageRow(id=ctx.new_id(), began_at=since, ended_at=ctx.now))
    ctx.announce(ClocksStopped(since, away))
    log.warning("clocks_stopped", since=since.isoformat(), seconds=away.total_seconds(), timers=moved)
    return away


def prove_writable(ctx: Ctx) -> None:
    """Write a row. A full disk and a read-only database answer every question, and store nothing."""
    put(ctx.session, HeartbeatRow, name=WRITABLE, at=ctx.now)


def forget_outages_before(ctx: Ctx, moment: datetime) -> None:
    ctx.session.execute(delete(OutageRow).where(OutageRow.ended_at < moment))


def outages(ctx: Ctx, limit: int = 20) -> list[OutageRow]:
    """Return the latest outages, newest first."""
    return list(ctx.session.scalars(select(OutageRow).order_by(OutageRow.id.desc()).limit(limit)))
