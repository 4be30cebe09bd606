"""What all parts of a world share: its time, chance, faults, trace and tasks, and a way to reach the product.

`World` completes it. The parts know this much of the world, and nothing of each other.
"""

from __future__ import annotations

import asyncio
import contextvars
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from conversations.update_handler import UpdateHandler
from payments.stripe.webhooks import StripeWebhooks
from simulation.engine.dice import Dice, between
from simulation.engine.loop import LoopClock, SeededLoop
from simulation.engine.trace import Trace
from simulation.fault_plan import FaultPlan
from simulation.recorder import Recorder
from simulation.scenario import Scenario

Answer = TypeVar("Answer")

OPENS: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, whose deals run over the turn of the year
DAY: Final = 86_400.0
QUIET_AFTER: Final = 30 * DAY
ASKS_EVERY: Final = (3 * 3_600.0, 24 * 3_600.0)
TOO_OFTEN: Final = 100  # of one deed: with the waits of the product that is days


class Endpoint(Protocol):
    """Where one process of the product takes what comes from outside."""

    update_handler: UpdateHandler
    webhooks: StripeWebhooks


class Process(Protocol):
    """One process of the product, as the services around it see it: it may die or be slow at a boundary."""

    number: int

    def may_die(self, kind: str) -> None: ...

    async def linger(self, kind: str) -> None: ...


@dataclass
class Pulse:
    """The machines' own clock, as far as it matters: for how long no process was there at all."""

    away: timedelta = timedelta()

    def now(self) -> datetime:
        return OPENS + self.away


class Environment(ABC):
    """`healed`: no faults come any more. The names of the streams of chance are part of every seed."""

    def __init__(self, scenario: Scenario, loop: SeededLoop) -> None:
        self.scenario = scenario
        self.dice = Dice(scenario.seed)
        self.loop = loop
        self.clock = LoopClock(loop, OPENS)
        self.trace = Trace(self.clock.now, aloud=scenario.aloud)
        self.chance = self.dice.of("chance")
        self.lasts = DAY * self.chance.randint(*scenario.scale.fault_days)
        self.fault_plan = FaultPlan(
            self.dice.of("weather"), self.trace, self.lasts, calm=scenario.calm, raised=scenario.raised
        )
        self.pulse = Pulse()
        self.recorder = Recorder(self.knows)
        self.healed = False
        self._poison: dict[str, bool] = {}
        self._asked = Counter[str]()
        self._tasks: dict[asyncio.Task[Any], None] = {}

    # --- what only the whole world knows ------------------------------------------------------------------------------

    @abstractmethod
    def knows(self, table: str, key: str) -> bool:
        """Whether the table has a committed row of this key."""

    @abstractmethod
    async def ask(self, question: Callable[[Endpoint], Coroutine[Any, Any, Answer]]) -> Answer | None:
        """Bring something to any process that is there. None: its outcome is unknown."""

    @abstractmethod
    def doom_somebody(self, why: str) -> None:
        """A process that is there dies at one of its next boundaries."""

    # --- what everybody asks ------------------------------------------------------------------------------------------

    @property
    def seconds(self) -> float:
        return self.loop.time()

    def strikes(self, kind: str) -> bool:
        return self.fault_plan.strikes(kind, self.seconds)

    def asks_every(self) -> float:
        """Seconds between two looks at the provider. The product's are two minutes; nothing is told between these."""
        return DAY * self._slowly() if self.healed else between(self.chance, *ASKS_EVERY)

    def books_every(self) -> float:
        """Seconds between two nights on which the books are laid beside the provider's; fewer when nothing happens."""
        return 3 * DAY * self._slowly() if self.healed else DAY

    def _slowly(self) -> int:
        """Long after the faults a world only waits for its last deadlines."""
        return 1 if self.seconds < self.lasts + QUIET_AFTER else 5

    def is_poison(self, post: str) -> bool:
        """Whether this message is one that the chat will never take, however often it is brought."""
        if post not in self._poison:
            self._poison[post] = self.strikes("chat_poison")
        return self._poison[post]

    def asked(self, key: str | None) -> None:
        """The provider is asked for a deed under this key. What it has saved for it will not get better."""
        if key is not None:
            self._asked[key] += 1
            if self._asked[key] == TOO_OFTEN:
                self.loop.give_up(f"{key} was asked for {TOO_OFTEN} times")

    def spawn(self, work: Coroutine[Any, Any, Answer]) -> asyncio.Task[Answer]:
        """A task of the world's, which no kill touches."""
        task = self.loop.create_task(work, context=contextvars.Context())
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))
        return task

    def cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
