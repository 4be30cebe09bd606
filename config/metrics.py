"""The metrics that the operator's monitoring reads at /metrics: waiting, failing and late work, and money by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy import func, select

from config.version import VERSION
from core.kernel.observer import Observer
from core.kernel.outbox import OutboxRow
from core.kernel.timers import TimerRow
from core.kernel.transaction import MARKET, Ctx, Transactions
from core.money.ledger.invariants import Check
from core.money.ledger.totals import totals

INPUT_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
DELIVERY_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)


class Spans(Protocol):
    """Makes the spans of a trace; see `traces`."""

    def __call__(self, name: str, attributes: Mapping[str, str]) -> AbstractContextManager[None]: ...


class Measurements(Observer):
    """Metrics of what this process does: inputs, refusals and deliveries."""

    def __init__(self, registry: CollectorRegistry, spans: Spans | None = None) -> None:
        self._spans = spans
        self.inputs = Histogram(
            "parley_input_seconds",
            "From an input to its commit",
            ["platform", "outcome"],
            buckets=INPUT_BUCKETS,
            registry=registry,
        )
        self.refusals = Counter("parley_refusals", "Inputs that were refused, by code", ["code"], registry=registry)
        self.deliveries = Histogram(
            "parley_delivery_seconds",
            "Duration of one attempt to deliver an outbox message",
            ["channel", "outcome"],
            buckets=DELIVERY_BUCKETS,
            registry=registry,
        )
        version = Gauge("parley_version_info", "The release that runs", ["version"], registry=registry)
        version.labels(VERSION).set(1)

    def span(self, name: str, **attributes: str) -> AbstractContextManager[None]:
        return self._spans(name, attributes) if self._spans is not None else nullcontext()

    def input_handled(self, platform: str, outcome: str, seconds: float, refusals: Sequence[str]) -> None:
        self.inputs.labels(platform, outcome).observe(seconds)
        for code in refusals:
            self.refusals.labels(code).inc()

    def message_delivered(self, channel: str, outcome: str, seconds: float, age: float) -> None:
        self.deliveries.labels(channel, outcome).observe(seconds)


class Gauges:
    """Metrics read from the database at each sweep, so that every worker reports the same."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.waiting = Gauge("parley_outbox_waiting", "Outbox messages not yet delivered", registry=registry)
        self.dead = Gauge("parley_outbox_dead", "Outbox messages given up, for the operator", registry=registry)
        self.oldest = Gauge("parley_outbox_oldest_seconds", "Age of the oldest waiting message", registry=registry)
        self.late = Gauge("parley_timers_late", "Timers that are due", registry=registry)
        self.latest = Gauge("parley_timers_oldest_seconds", "How long the oldest timer is overdue", registry=registry)
        self.broken = Gauge("parley_invariants_broken", "Invariants of money that do not hold", registry=registry)
        self.holds = Gauge("parley_invariant_holds", "1 if the invariant holds", ["invariant"], registry=registry)
        self.differences = Gauge("parley_books_differ", "Differences to the provider's books", registry=registry)
        self.money = Gauge(
            "parley_money_minor_units",
            "Sum of all accounts of a kind, in minor units of the currency",
            ["account", "currency"],
            registry=registry,
        )
        self.up = Gauge("parley_receiver_up", "1 if this part of /readyz answers", ["receiver"], registry=registry)
        self.rung = Counter("parley_timers_rung", "Timers that this process has rung", registry=registry)

    async def read(self, transactions: Transactions) -> None:
        work = await transactions.run(MARKET, waiting_work)
        self.waiting.set(work.waiting)
        self.dead.set(work.dead)
        self.late.set(work.late)
        self.oldest.set(work.oldest_message)
        self.latest.set(work.oldest_timer)

    async def read_money(self, transactions: Transactions) -> None:
        for (account, currency), minor in (await transactions.run(MARKET, totals)).items():
            self.money.labels(account, currency).set(minor)

    def note_invariants(self, found: Sequence[Check]) -> None:
        self.broken.set(sum(not each.ok for each in found))
        for each in found:
            self.holds.labels(each.name).set(each.ok)

    def note_receivers(self, states: Mapping[str, bool]) -> None:
        for name, is_up in states.items():
            self.up.labels(name).set(is_up)


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """Counts of waiting outbox messages, dead letters and due timers; ages in seconds, zero where none waits."""

    waiting: int
    dead: int
    late: int
    oldest_message: float
    oldest_timer: float


def waiting_work(ctx: Ctx) -> WaitingWork:
    """Read the tables of waiting work. Ids grow with time, so the oldest message has the smallest."""
    rows = ctx.session.execute(select(OutboxRow.dead, func.count()).group_by(OutboxRow.dead))
    numbers = {dead: number for dead, number in rows}  # noqa: C416 - a row is no tuple to the type checker
    late = ctx.session.scalar(select(func.count()).select_from(TimerRow).where(TimerRow.due_at <= ctx.now)) or 0
    written = ctx.session.scalar(select(OutboxRow.created_at).where(~OutboxRow.dead).order_by(OutboxRow.id).limit(1))
    due = ctx.session.scalar(select(func.min(TimerRow.due_at)).where(TimerRow.due_at <= ctx.now))
    return WaitingWork(
        numbers.get(False, 0), numbers.get(True, 0), late, seconds_since(ctx, written), seconds_since(ctx, due)
    )


def seconds_since(ctx: Ctx, moment: datetime | None) -> float:
    return 0.0 if moment is None else max((ctx.now - moment).total_seconds(), 0.0)
