"""A market without edges: real transactions on a real database, and a clock that the test moves."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from bots.telegram.platform import TELEGRAM
from config.database import open_database
from core.books.audit.service import invariants
from core.kernel.events import Event
from core.kernel.ids import Ids
from core.kernel.outbox import OutboxMessage
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler, run_due_timers
from core.kernel.transaction import MARKET, Actor, Ctx, Transactions, person
from core.people.accounts.model import Identity, Person, PlatformCode
from core.people.accounts.service import meet

Answer = TypeVar("Answer")


@dataclass
class MovableClock:
    moment: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Market:
    """`run(actor, unit)` as the product does it; `posts` is all that was asked of the outside world."""

    transactions: Transactions
    clock: MovableClock
    reactions: Reactions
    posts: list[OutboxMessage] = field(default_factory=list)
    facts: list[Event] = field(default_factory=list)

    async def run(self, actor: Actor, unit: Callable[[Ctx], Answer]) -> Answer:
        return await self.transactions.run(actor, unit)

    async def newcomer(self, name: str, platform: PlatformCode = TELEGRAM.code) -> tuple[Actor, Person]:
        """Let a new person say hello; return the actor to act as, and the person."""
        identity = Identity(platform, "", f"id-{name}", name)
        met = await self.run(Actor(None, "market"), lambda ctx: meet(ctx, identity, f"chat-{name}"))
        return person(met.id), met

    async def run_timers(self, timer_handlers: dict[str, TimerHandler]) -> int:
        """Run the timers that are due."""
        return await run_due_timers(self.transactions, timer_handlers)

    async def books_hold(self) -> None:
        """Check every invariant of money."""
        broken = [(check.name, check.detail) for check in await self.run(MARKET, invariants) if not check.ok]
        assert broken == []

    def watch(self, *kinds: type[Event]) -> None:
        """Keep these facts in `facts` as they are announced."""
        for kind in kinds:
            self.reactions.on(kind, lambda _ctx, event: self.facts.append(event))


@pytest.fixture
async def market(database: str) -> AsyncIterator[Market]:
    clock, reactions = MovableClock(), Reactions()
    transactions = Transactions(await open_database(database), clock, Ids(random.Random(7).randbytes), reactions)
    made = Market(transactions, clock, reactions)
    transactions.deliver_by(made.posts.extend)
    yield made
    await transactions.close()
