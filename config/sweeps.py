"""The periodic jobs. Due work is stored in the database, and any worker may do it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from config.market import OWN_CLOCKS, TIMER_HANDLERS
from config.metrics import Gauges
from config.readiness import states_of
from config.reference import reference
from config.search_index import KINDS, reindex_if_due
from config.settings import Settings
from core.books.audit.service import audit
from core.kernel import inbox, outbox
from core.kernel.clock import Clock
from core.kernel.dispatcher import Dispatcher
from core.kernel.heartbeat import beat, forget_outages_before
from core.kernel.outbox import RENEW_EVERY
from core.kernel.reminders import remind_due
from core.kernel.timer_sweep import run_due_timers
from core.kernel.transaction import MARKET, TIME, Ctx, Transactions
from core.money.ledger.chain import link_entries
from core.money.ledger.rollup import roll_up
from payments.reconciliation import Reconciler
from web.app import Proof

RECONCILE_SECONDS: Final = 120  # how long a webhook may be lost before we ask for ourselves
NIGHT_HOUR: Final = 2  # UTC: the provider's day is over
BOOKS_SECONDS: Final = 5  # how long an entry stands outside the chain, and a hot account unsummed
AUDIT_SECONDS: Final = 15 * 60  # how long anything may be wrong with money before the operator is alerted
INDEX_SECONDS: Final = 60  # a base is built after enough changes; newer documents are found all the same
MEASURE_SECONDS: Final = 30  # sums over all accounts, and whether everything outside answers
# Terms of rows that nothing else ends; docs/monitoring.md lists all.
INBOX_KEPT: Final = timedelta(days=30)  # the platforms stop redelivering within days
DEAD_KEPT: Final = timedelta(days=30)  # messages that were given up, for the operator to look at
WITHOUT_TERM: Final = "payments"  # its messages given up are tried again, or are a case for the operator
OUTAGES_KEPT: Final = timedelta(days=365)  # they explain deadlines that have moved
FORGET_SECONDS: Final = 60 * 60  # a process that lives for less than a day forgets, too


@dataclass(frozen=True, slots=True)
class Sweeps:
    """The periodic jobs, one method each. `pulse` is the machine's clock, which goes on during downtime."""

    transactions: Transactions
    dispatcher: Dispatcher
    reconciler: Reconciler
    gauges: Gauges
    pulse: Clock
    ready: Mapping[str, Proof] = field(default_factory=dict)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)  # a silent provider delays nothing else

    async def due(self) -> None:
        """Stop people's clocks for the length of a downtime; then fire timers, remind, and deliver unclaimed outbox
        messages.
        """
        async with self.busy:
            await self.transactions.run(TIME, lambda ctx: beat(ctx, self.pulse.now(), OWN_CLOCKS))
            self.gauges.rung.inc(await run_due_timers(self.transactions, TIMER_HANDLERS))
            await remind_due(self.transactions)
            await self.dispatcher.sweep()
            await self.gauges.read(self.transactions)

    async def keep_leases(self) -> None:
        """Hold the messages that are being delivered: beside all other work, which may take longer than a lease."""
        await self.dispatcher.keep_leases()

    async def reconcile(self) -> None:
        """Query the payment provider for events that we may have missed."""
        async with self.asking:
            await self.reconciler.sweep()

    async def lay_books_beside(self) -> None:
        """Compare the provider's books with ours; a difference alerts the operator."""
        async with self.asking:
            self.gauges.differences.set(len(await self.reconciler.reconcile()))

    async def keep_books(self) -> None:
        """Chain the entries that were written, and add up the hot accounts."""
        async with self.busy:
            await self._all(link_entries)
            await self._all(roll_up)

    async def audit(self) -> None:
        """Ask whether all that must be true of money is."""
        async with self.busy:
            found = await self.transactions.run(MARKET, audit)
            self.gauges.note_invariants(found)

    async def measure(self) -> None:
        """Read the metrics that take longer: money by state, and whether each receiver is up."""
        await self.gauges.read_money(self.transactions)
        self.gauges.note_receivers(await states_of(self.ready))

    async def reindex(self) -> None:
        """Build new bases of the search index, if this worker is to do it. No worker waits for another."""
        for kind in KINDS:
            await reindex_if_due(self.transactions, reference()[0], kind)

    async def forget(self) -> None:
        """Delete rows whose term is over."""

        def unit(ctx: Ctx) -> None:
            inbox.forget_before(ctx.session, ctx.now - INBOX_KEPT)
            outbox.forget_dead_before(ctx.session, ctx.now - DEAD_KEPT, but=WITHOUT_TERM)
            forget_outages_before(ctx, ctx.now - OUTAGES_KEPT)

        async with self.busy:
            await self.transactions.run(MARKET, unit)

    async def _all(self, batch: Callable[[Ctx], int]) -> None:
        """Process batch after batch, each in a transaction of its own, until none is left."""
        while await self.transactions.run(MARKET, batch):
            pass


def ticking(settings: Settings, sweeps: Sweeps) -> AsyncIOScheduler:
    """Return the scheduler of the periodic jobs. It only wakes us, and keeps nothing that could be lost."""
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    at_once = datetime.now(UTC)  # what a dead process left is what people have waited for longest
    scheduler.add_job(sweeps.due, "interval", seconds=settings.sweep_seconds, next_run_time=at_once)
    scheduler.add_job(sweeps.keep_leases, "interval", seconds=RENEW_EVERY.total_seconds())
    scheduler.add_job(sweeps.reconcile, "interval", seconds=RECONCILE_SECONDS)
    scheduler.add_job(sweeps.lay_books_beside, "cron", hour=NIGHT_HOUR)
    scheduler.add_job(sweeps.keep_books, "interval", seconds=BOOKS_SECONDS)
    scheduler.add_job(sweeps.audit, "interval", seconds=AUDIT_SECONDS)
    scheduler.add_job(sweeps.measure, "interval", seconds=MEASURE_SECONDS)
    scheduler.add_job(sweeps.reindex, "interval", seconds=INDEX_SECONDS)
    scheduler.add_job(sweeps.forget, "interval", seconds=FORGET_SECONDS)
    return scheduler
