"""One process of the product: its real parts on the world's database, provider and chats. It can be killed anywhere.

A killed process does nothing any more: its tasks are cancelled. Any rest of it that reaches a boundary meets `Killed`,
which no handler of the product catches. Its memory is gone; another process starts from the tables.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from prometheus_client import CollectorRegistry
from sqlalchemy.exc import OperationalError

from config.market import engine_and_reactions
from config.metrics import Gauges
from config.sweeps import Sweeps
from conversations.books.invoice_texts import InvoiceTexts
from conversations.chat_context import MarketContext
from conversations.update_handler import UpdateHandler
from core.kernel.dispatcher import Dispatcher
from core.kernel.ids import Ids
from core.kernel.transaction import Transactions
from payments.reconciliation import Reconciler
from payments.stripe.provider import StripeProvider
from payments.stripe.webhooks import StripeWebhooks
from payments.transport import PaymentTransport
from simulation.engine.database import InlineRunner, as_kept
from simulation.engine.dice import between
from simulation.environment import DAY, Environment
from simulation.services.chats import ChatTransport, Letterbox, Phones
from simulation.services.stripe_account import StripeAccount
from simulation.services.stripe_wire import StripeWire

Answer = TypeVar("Answer")

SLOW: Final = (0.05, 90.0)  # seconds that a slow crossing takes
MOMENT: Final = 1.0  # seconds until something that is already due is swept
HOUR: Final = 3_600.0
BOUNDARIES: Final = 8  # a doomed process dies at one of so many next boundaries of commits

HOST: contextvars.ContextVar[Machine | None] = contextvars.ContextVar("host", default=None)


class Killed(BaseException):
    """The process is dead. The product's `except Exception` cannot catch it."""


class Gone(Exception):
    """The connection to the process is dead, and the caller does not know the outcome."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The common parts of all processes of one world. `committed` and `lost` tell the world about one of them."""

    world: Environment
    path: str
    market_context: MarketContext
    operators: Collection[str]
    stripe: StripeAccount
    phones: Phones
    committed: Callable[[Machine], None]
    lost: Callable[[Machine], None]


class Machine:
    """The product as `config.wiring` puts it together, less its servers and chat libraries."""

    def __init__(self, deployment: Deployment, number: int) -> None:
        self.deployment = deployment
        self.world = deployment.world
        self.number = number
        self.alive = True
        self._ends_after: int | None = None  # boundaries of commits until it dies, if it is doomed
        self.tasks: dict[asyncio.Task[Any], None] = {}
        self.changed = asyncio.Event()  # something was committed, perhaps with a deadline
        self._why = ""
        self._build()

    def _build(self) -> None:
        here, world, clock = self.deployment, self.world, self.world.clock
        ids = Ids(world.dice.of(f"ids:{self.number}").randbytes)
        self.runner = InlineRunner(here.path, self._before_commit, self._after_commit)
        engine, reactions = engine_and_reactions(here.market_context, here.operators)
        reactions.closing.append(world.recorder.closing)
        self.transactions = Transactions(self.runner, clock, ids, reactions)
        self.update_handler = UpdateHandler(self.transactions, engine, ids)
        wire = StripeWire(self, world, here.stripe)
        self.provider = StripeProvider(
            here.stripe.secret_key, here.stripe.address, return_url="https://parley.test", http_client=wire
        )
        self.reconciler = Reconciler(self.transactions, self.provider, clock)
        self.webhooks = StripeWebhooks(self.transactions, clock, here.stripe.webhook_secret)
        paper = InvoiceTexts(here.market_context.wordings, here.market_context.catalogue)
        chats = ChatTransport(self, world, here.phones)
        self.dispatcher = Dispatcher(
            self.transactions,
            clock,
            {
                "telegram": chats,
                "slack": chats,
                "payments": PaymentTransport(self.provider, clock, self.transactions, paper),
                "mail": Letterbox(self),
                "stars": Letterbox(self),
            },
        )
        self.transactions.deliver_by(self.dispatcher.offer)
        gauges = Gauges(CollectorRegistry())
        self.sweeps = Sweeps(self.transactions, self.dispatcher, self.reconciler, gauges, world.pulse)

    # --- life and death -----------------------------------------------------------------------------------------------

    async def start(self) -> None:
        await self.serve(self.runner.open())
        for work in (self._run_timers(), self._ask_provider(), self._keep_books()):
            self.spawn(work)

    def spawn(self, work: Coroutine[Any, Any, Answer]) -> asyncio.Task[Answer]:
        """Start a task of this process, which owns all tasks that it starts in turn."""
        context = contextvars.copy_context()
        context.run(HOST.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    async def serve(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Let the process do something for an outside caller. Raises Gone if it dies over it."""
        if not self.alive:
            work.close()
            raise Gone
        task = self.spawn(work)
        try:
            return await asyncio.shield(task)
        except (Killed, asyncio.CancelledError):
            if self.alive:
                raise
            raise Gone from None

    def die(self, why: str) -> None:
        """Kill the process at once."""
        if not self.alive:
            return
        self.alive = False
        self.world.trace.note("kill", self.number, why)
        self.world.trace.counts[f"killed: {why}"] += 1
        for task in list(self.tasks):
            task.cancel()
        self.deployment.lost(self)

    # --- boundaries ---------------------------------------------------------------------------------------------------

    def pending(self) -> None:
        """Raise Killed if the process is dead, so that it crosses no boundary after its death."""
        if not self.alive:
            raise Killed

    def may_die(self, kind: str) -> None:
        self.pending()
        if self.world.strikes(kind):
            self.die(kind)
            raise Killed

    def doom(self, why: str, within: int) -> None:
        """Let it die at one of its next boundaries: before or after one of its next commits."""
        self._ends_after, self._why = within, why

    def _nears_its_end(self) -> None:
        if self._ends_after is None:
            return
        if self._ends_after == 0:
            self.die(self._why)
            raise Killed
        self._ends_after -= 1

    async def linger(self, kind: str) -> None:
        """Let a crossing be slow, if the fault strikes."""
        if self.world.strikes(kind):
            await asyncio.sleep(between(self.world.chance, *SLOW))
        self.pending()

    async def _before_commit(self) -> None:
        self.may_die("kill_before_commit")
        self._nears_its_end()
        if self.world.strikes("locked"):
            raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    def _after_commit(self) -> None:
        self.deployment.committed(self)
        self.changed.set()
        self.may_die("kill_after_commit")
        self._nears_its_end()

    # --- deadlines ----------------------------------------------------------------------------------------------------

    def _is_minute_ten(self) -> bool:
        """Return whether a session's clock is about to ring: the free minutes are over, or the time is up."""
        due = as_kept(self.world.clock.now())
        timer_handlers = (
            "SELECT 1 FROM timer WHERE due_at <= ? AND event IN ('minute:10', 'free_over_no_answer', 'time_up')"
        )
        return self.runner.raw.execute(timer_handlers, (due,)).fetchone() is not None

    def _until_due(self) -> float:
        """Return the seconds until something in the tables is due: at least one, or a blocked lane stops the clock."""
        raw = self.runner.raw
        timer = raw.execute("SELECT MIN(due_at) FROM timer").fetchone()[0]
        post = raw.execute(
            "SELECT MIN(CASE WHEN leased_until > due_at THEN leased_until ELSE due_at END) FROM outbox WHERE NOT dead"
        ).fetchone()[0]
        deadlines = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (timer, post) if each is not None]
        waits = [(due - self.world.clock.now()).total_seconds() for due in deadlines]
        return min(max(min(waits, default=DAY), 1.0), DAY)

    # --- its own loops ------------------------------------------------------------------------------------------------

    async def _run_timers(self) -> None:
        """Sweep whenever something is due; other sweeps would find nothing. Wait longer for what stays due."""
        pause, not_before = MOMENT, 0.0
        while True:
            self.changed.clear()
            wait = self._until_due()
            overdue = wait <= MOMENT
            wait = max(wait, not_before - self.world.seconds) if overdue else wait
            try:
                async with asyncio.timeout(wait + self.world.chance.random()):
                    await self.changed.wait()
                continue
            except TimeoutError:
                pass
            self.may_die("kill_idle")
            if self._is_minute_ten() and self.world.strikes("kill_minute_ten"):
                self.doom("kill_minute_ten", self.world.chance.randrange(BOUNDARIES))
            pause = min(2 * pause, HOUR) if overdue else MOMENT
            not_before = self.world.seconds + pause
            await self._try(self.sweeps.due())

    async def _ask_provider(self) -> None:
        while True:
            await asyncio.sleep(self.world.asking_interval() * (0.5 + self.world.chance.random()))
            if not self.world.strikes("sweeps_asleep"):
                await self._try(self.sweeps.reconcile())

    async def _keep_books(self) -> None:
        while True:
            await asyncio.sleep(self.world.books_every() * (0.5 + self.world.chance.random()))
            await self._try(self.sweeps.keep_books())
            await self._try(self.sweeps.lay_books_beside())

    async def _try(self, work: Coroutine[Any, Any, Any]) -> None:
        """Work as the scheduler does: a failure is logged, and the work is tried again in its turn."""
        try:
            await work
        except OperationalError:
            self.world.trace.note("sweep_without_database", self.number)
