"""Rings the timers that are due. Any worker may do it, at any time: each timer is taken once, with its effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog

from core.kernel import timers
from core.kernel.errors import Refusal
from core.kernel.timers import Timer
from core.kernel.transaction import TIME, Ctx, Transactions

log = structlog.get_logger(__name__)

Ring = Callable[[Ctx, Timer], None]


async def ring_due(transactions: Transactions, rings: Mapping[str, Ring]) -> int:
    """Fire every due timer, each in a transaction of its own. `rings`: who answers for which kind. Returns how many."""
    due = await transactions.run(TIME, lambda ctx: timers.due_timers(ctx.session, ctx.now))
    for timer in due:
        await ring(transactions, rings, timer)
    return len(due)


async def ring(transactions: Transactions, rings: Mapping[str, Ring], timer: Timer) -> None:
    def unit(ctx: Ctx) -> None:
        if timers.take_timer(ctx.session, timer):
            rings[timer.kind](ctx, timer)

    try:
        await transactions.run(TIME, unit)
    except Refusal as refusal:
        # The thing has moved on by other means than its process table; the timer has nothing left to say.
        log.info("timer_without_point", kind=timer.kind, subject=timer.subject, rung=timer.event, code=refusal.code)
        await transactions.run(TIME, lambda ctx: timers.take_timer(ctx.session, timer))
