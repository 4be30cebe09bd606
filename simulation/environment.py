"""The common parts of a world: its time, chance, faults, trace and tasks, and a way to reach the product.

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

OPENS: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday; its deals run over the turn of the year
DAY: Final = 86_400.0
QUIET_AFTER: Final = 30 * DAY
ASKING_INTERVAL: Final = (3 * 3_600.0, 24 * 3_600.0)
TOO_OFTEN: Final = 100  # requests for one effect: with the product's waits that takes days


class Endpoint(Protocol):
    """The place where one process of the product receives input from outside."""

    update_handler: UpdateHandler
    webhooks: StripeWebhooks


class Process(Protocol):
    """One process of the product, as the services around it see it. It may die or be slow at a boundary."""

    number: int

    def may_die(self, kind: str) -> None: ...

    async def linger(self, kind: str) -> None: ...


@dataclass
class Pulse:
    """The machines' own clock, reduced to the total time in which no process was running."""

    away: timedelta = timedelta()

    def now(self) -> datetime:
        return OPENS + self.away


class Environment(ABC):
    """The world as its parts see it. `healed`: the faults are over.

    The names of the streams of chance are part of every seed.
    """

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

    # --- implemented by the world -------------------------------------------------------------------------------------

    @abstractmethod
    def knows(self, table: str, key: str) -> bool:
        """Return whether the table has a committed row of this key."""

    @abstractmethod
    async def ask(self, question: Callable[[Endpoint], Coroutine[Any, Any, Answer]]) -> Answer | None:
        """Bring an input to a random living process. None means that its outcome is unknown."""

    @abstractmethod
    def doom_one_person(self, why: str) -> None:
        """Let a living process die at one of its next boundaries."""

    # --- used by all parts --------------------------------------------------------------------------------------------

    @property
    def seconds(self) -> float:
        return self.loop.time()

    def strikes(self, kind: str) -> bool:
        return self.fault_plan.strikes(kind, self.seconds)

    def asking_interval(self) -> float:
        """Return the seconds between two sweeps of the provider. The product's are two minutes, which would add no
        news.
        """
        return DAY * self._slowly() if self.healed else between(self.chance, *ASKING_INTERVAL)

    def books_every(self) -> float:
        """Return the seconds between two nightly reconciliations; they are rarer when nothing happens."""
        return 3 * DAY * self._slowly() if self.healed else DAY

    def _slowly(self) -> int:
        """Return how many times slower to look: long after the faults, a world only waits for its last deadlines."""
        return 1 if self.seconds < self.lasts + QUIET_AFTER else 5

    def is_poison(self, post: str) -> bool:
        """Return whether the chat will never accept this message, however often it is delivered."""
        if post not in self._poison:
            self._poison[post] = self.strikes("chat_poison")
        return self._poison[post]

    def asked(self, key: str | None) -> None:
        """Count the requests for one idempotency key, and give up on too many: its saved answer will not get better."""
        if key is not None:
            self._asked[key] += 1
            if self._asked[key] == TOO_OFTEN:
                self.loop.give_up(f"{key} was asked for {TOO_OFTEN} times")

    def spawn(self, work: Coroutine[Any, Any, Answer]) -> asyncio.Task[Answer]:
        """Start a task of the world, which no kill touches."""
        task = self.loop.create_task(work, context=contextvars.Context())
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))
        return task

    def cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
