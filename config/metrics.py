"""The metrics that the operator's monitoring reads at /metrics: waiting work, work that was given up, and late work."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import func, select

from core.kernel.outbox import OutboxRow
from core.kernel.timers import TimerRow
from core.kernel.transaction import MARKET, Ctx, Transactions


class Gauges:
    """Metrics read from the database at each sweep, so that every worker reports the same."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.waiting = Gauge("parley_outbox_waiting", "Posts not yet delivered", registry=registry)
        self.dead = Gauge("parley_outbox_dead", "Posts given up, for the operator", registry=registry)
        self.late = Gauge("parley_timers_late", "Timers that are due", registry=registry)
        self.broken = Gauge("parley_invariants_broken", "Invariants of money that do not hold", registry=registry)
        self.differences = Gauge("parley_books_differ", "Differences to the provider's books", registry=registry)
        self.rung = Counter("parley_timers_rung", "Timers that this process has rung", registry=registry)

    async def read(self, transactions: Transactions) -> None:
        waiting, dead, late = await transactions.run(MARKET, counts)
        self.waiting.set(waiting)
        self.dead.set(dead)
        self.late.set(late)


def counts(ctx: Ctx) -> tuple[int, int, int]:
    """Count waiting outbox messages, dead letters and due timers."""
    rows = ctx.session.execute(select(OutboxRow.dead, func.count()).group_by(OutboxRow.dead))
    numbers = {dead: number for dead, number in rows}  # noqa: C416 - a row is no tuple to the type checker
    late = ctx.session.scalar(select(func.count()).select_from(TimerRow).where(TimerRow.due_at <= ctx.now)) or 0
    return numbers.get(False, 0), numbers.get(True, 0), late
