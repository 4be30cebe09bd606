"""Fires due timers. Any worker may do it, at any time: each timer is taken once, with its effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from core.kernel import timers
from core.kernel.database import Unavailable
from core.kernel.errors import Refusal
from core.kernel.request_context import request
from core.kernel.timers import Timer
from core.kernel.transaction import TIME, Ctx, Transactions

log = structlog.get_logger(__name__)

TimerHandler = Callable[[Ctx, Timer], None]

BROKEN_FOR: Final = timedelta(minutes=10)  # how long a timer that fails stands back behind the others


async def run_due_timers(transactions: Transactions, timer_handlers: Mapping[str, TimerHandler]) -> int:
    """Fire every due timer, each in a transaction of its own. Return how many.

    `timer_handlers`: the handler of each kind.
    """
    due = await transactions.run(TIME, lambda ctx: timers.due_timers(ctx.session, ctx.now))
    for timer in due:
        with request(f"timer:{timer.kind}:{timer.subject}:{timer.event}"):
            await handle_timer(transactions, timer_handlers, timer)
    return len(due)


async def handle_timer(transactions: Transactions, timer_handlers: Mapping[str, TimerHandler], timer: Timer) -> None:
    def unit(ctx: Ctx) -> None:
        if timers.take_timer(ctx.session, timer):
            timer_handlers[timer.kind](ctx, timer)

    try:
        await transactions.run(TIME, unit)
        log.info("timer_fired", kind=timer.kind, subject=timer.subject, rung=timer.event)
    except Refusal as refusal:
        # The subject has left that state by other means than its process table; the timer has no point any more.
        log.info("timer_without_point", kind=timer.kind, subject=timer.subject, rung=timer.event, code=refusal.code)
        await transactions.run(TIME, lambda ctx: timers.take_timer(ctx.session, timer))
    except Unavailable:
        raise  # the database, not the timer
    except Exception:
        # Our own mistake. The timer is kept and postponed. Otherwise those behind it would never be fired.
        log.exception("timer_failed", kind=timer.kind, subject=timer.subject, rung=timer.event)
        await transactions.run(TIME, lambda ctx: put_off(ctx, timer))


def put_off(ctx: Ctx, timer: Timer) -> None:
    if timers.take_timer(ctx.session, timer):
        timers.set_timer(ctx.session, replace(timer, due_at=ctx.now + BROKEN_FOR))
