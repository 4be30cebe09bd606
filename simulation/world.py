"""One world from one seed: a market that runs for weeks under faults, and comes to rest after them.

First its people trade under all the faults of this seed. Then the faults end, and nothing may be left. Every deal ends,
every cent is where it belongs, and both books agree.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
import shutil
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy.exc import OperationalError

from config.market import market_context
from config.settings import Settings
from conversations.chat_context import MarketContext
from lab.world import World as LabWorld
from simulation.engine import mistakes
from simulation.engine.database import make_empty
from simulation.engine.dice import Dice, between
from simulation.engine.loop import Hung, SeededLoop
from simulation.environment import DAY, Environment
from simulation.judge.judge import Judge
from simulation.machine import BOUNDARIES, HOST, Deployment, Gone, Machine
from simulation.people.population import Population
from simulation.scenario import Scenario
from simulation.services.chats import Phones
from simulation.services.stripe_account import StripeAccount

Answer = TypeVar("Answer")

PATIENCE_DAYS: Final = 420  # days after the faults: a chargeback is written off after 270
RESTS: Final = 2 * DAY  # at least so long after the faults
LOOKS_EVERY: Final = DAY  # seconds between checks whether all has ended
AWAY: Final = (0.5, 60.0)  # seconds until a killed process is started again
LONG_AWAY: Final = (120.0, 20 * 3_600.0)
AUDIT_EVERY: Final = 150  # commits


@dataclass(slots=True)
class Verdict:
    """The result of one world. `rested`: it was also judged at its end, and not left before."""

    seed: int
    fingerprint: str
    violations: list[str]
    journeys: int
    points: int
    kills: int
    faults: int
    commits: int
    days: float
    tail: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    census: dict[str, int] = field(default_factory=dict)
    rested: bool = False


class World(Environment):
    """The whole world: the product's processes, its people and its services."""

    def __init__(self, scenario: Scenario, loop: SeededLoop, path: str) -> None:
        super().__init__(scenario, loop)
        outside = LabWorld(clock=self.clock, random=self.dice.of("lab"))
        self.stripe = StripeAccount(self, outside, self.dice.of("courier"))
        self.judge = Judge(self, path, self.stripe)
        self.commits = 0
        self.rested = False
        self.machines: list[Machine] = []
        self._numbers = 0
        self._dark_since: float | None = None
        phones = Phones(self)
        self.population = Population(self, self.stripe, phones, scenario.scale)
        self.deployment = Deployment(
            world=self,
            path=path,
            market_context=known_market_context(),
            operators=self.population.operators,
            stripe=self.stripe,
            phones=phones,
            committed=self.committed,
            lost=self.lost,
        )

    def knows(self, table: str, key: str) -> bool:
        return self.judge.tables.knows(table, key)

    async def ask(self, question: Callable[[Machine], Coroutine[Any, Any, Answer]]) -> Answer | None:
        alive = [each for each in self.machines if each.alive]
        if not alive:
            return None
        machine = self.chance.choice(alive)
        try:
            return await machine.serve(question(machine))
        except (Gone, OperationalError):
            return None

    def doom_one_person(self, why: str) -> None:
        alive = [each for each in self.machines if each.alive]
        if alive:
            self.chance.choice(alive).doom(why, self.chance.randrange(BOUNDARIES))

    # --- processes ----------------------------------------------------------------------------------------------------

    def committed(self, machine: Machine) -> None:
        self.commits += 1
        self.trace.note("commit", machine.number)
        if self.commits % AUDIT_EVERY == 0:
            self.judge.audit()

    async def start_machine(self) -> None:
        if self._dark_since is not None:
            away = timedelta(seconds=self.seconds - self._dark_since)
            self.pulse.away += away
            self._dark_since = None
            self.judge.after_outage(away)
        self._numbers += 1
        machine = Machine(self.deployment, self._numbers)
        self.machines.append(machine)
        try:
            await machine.start()
        except Gone:
            return

    def lost(self, machine: Machine) -> None:
        """Remove a dead process; another one is started later."""
        self.machines.remove(machine)
        if not self.machines:
            self._dark_since = self.seconds
        self.spawn(self._start_again(machine))

    async def _start_again(self, dead: Machine) -> None:
        await asyncio.sleep(between(self.chance, *(LONG_AWAY if self.strikes("long_outage") else AWAY)))
        dead.runner.raw.close()
        await self.start_machine()

    # --- its run ------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        for _ in range(self.chance.choice((1, 1, 2))):
            await self.start_machine()
        self.spawn(self.stripe.live())
        await self.population.arrive()
        await self._until(lambda: self.seconds >= self.lasts)
        self.fault_plan.clear()
        self.healed = True
        self.trace.note("healed")
        self.population.come_back()
        until = self.seconds + PATIENCE_DAYS * DAY
        await self._until(lambda: self.seconds >= until or not self._goes_on())
        if not self._is_told():
            self.rested = True
            await self._settle_books()
            self.judge.conclude()
        self.population.leave()
        for machine in self.machines:
            for task in machine.tasks:
                task.cancel()
            machine.runner.raw.close()
        self.cancel_tasks()

    async def _until(self, seen: Callable[[], bool]) -> None:
        while not seen() and not self._is_told():
            wait = LOOKS_EVERY if self.healed else min(LOOKS_EVERY, self.lasts - self.seconds)
            await asyncio.sleep(wait)
            self.judge.look(self.seconds - self.lasts if self.healed else None)

    def _goes_on(self) -> bool:
        return bool(self.judge.unfinished()) or self.seconds < self.lasts + RESTS

    def _is_told(self) -> bool:
        """Return whether a hasty scenario has a finding, or its last day has come."""
        told = self.scenario.hasty and bool(mistakes.heard or self.recorder.found or self.judge.found)
        return told or self.seconds >= DAY * self.scenario.until_day

    async def _settle_books(self) -> None:
        """Compare the provider's books with ours, on the last night."""
        await self.ask(lambda machine: machine.sweeps.keep_books())
        await self.ask(lambda machine: machine.reconciler.sweep())
        differences = await self.ask(lambda machine: machine.reconciler.reconcile())
        self.judge.differences(differences or {})


def play(scenario: Scenario, folder: Path) -> Verdict:
    """Play one world to its end. `folder`: where its database may lie."""
    mistakes.configure()
    mistakes.heard.clear()
    path = folder / "market.sqlite"
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    shutil.copy(empty_market(folder), path)
    random.seed(scenario.seed)
    loop = SeededLoop(Dice(scenario.seed).of("order"))
    loop.set_task_factory(belonging)
    world: World | None = None
    try:
        asyncio.set_event_loop(loop)
        world = World(scenario, loop, str(path))
        lost: list[str] = []
        loop.set_exception_handler(lambda _loop, told: lost.append(str(told.get("exception") or told["message"])))
        try:
            loop.run_until_complete(world.run())
        except Hung as hung:
            world.judge.found.append(f"hung: {hung}")
        with suppress(Hung):  # it was reported already
            loop.run_until_complete(asyncio.sleep(0))
    finally:
        asyncio.set_event_loop(None)
        loop.close()
        if world is not None:
            world.judge.tables.close()
    return verdict_of(world)


def verdict_of(world: World) -> Verdict:
    trace, judge = world.trace, world.judge
    return Verdict(
        seed=world.scenario.seed,
        fingerprint=trace.fingerprint,
        violations=list(dict.fromkeys([*mistakes.heard, *world.recorder.found, *judge.found])),
        journeys=judge.journeys,
        points=world.fault_plan.points,
        kills=trace.counts["kill"],
        faults=sum(count for what, count in trace.counts.items() if what.startswith("fault ")),
        commits=world.commits,
        days=world.seconds / DAY,
        tail=list(trace.lines),
        counts=dict(trace.counts),
        census=dict(judge.census),
        rested=world.rested,
    )


def belonging(
    loop: asyncio.AbstractEventLoop, work: Any, context: contextvars.Context | None = None
) -> asyncio.Task[Any]:
    """Make a task that belongs to the process in whose name it runs, and dies with it."""
    task = asyncio.Task(work, loop=loop, context=context)
    host = HOST.get() if context is None else context.get(HOST)
    if host is not None:
        host.tasks[task] = None
        task.add_done_callback(lambda done: host.tasks.pop(done, None))
    return task


@cache
def known_market_context() -> MarketContext:
    return market_context(Settings(_env_file=None))


@cache
def empty_market(folder: Path) -> Path:
    """Return a migrated database to copy from."""
    return make_empty(folder / "empty.sqlite")
