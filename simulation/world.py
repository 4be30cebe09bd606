"""One world out of one seed: a market that is open for weeks, in bad weather, and must come to rest when it clears.

First its people trade while everything goes wrong that this seed has in store. Then all heals, and nothing may be left:
every deal ends, every cent is where it belongs, and both books agree.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy.exc import OperationalError

from config.market import market_context
from config.settings import Settings
from conversations.chat_context import MarketContext
from core.people.accounts.model import Platform
from lab.world import World as LabWorld
from simulation.engine import mistakes
from simulation.engine.database import make_empty
from simulation.engine.dice import Dice, between
from simulation.engine.loop import Hung, LoopClock, SeededLoop
from simulation.engine.record import Record
from simulation.judge.judge import Judge
from simulation.judge.standing import as_kept
from simulation.machine import BOUNDARIES, HOST, Gone, Machine
from simulation.outside.chats import Phone
from simulation.outside.stripe_side import StripeSide
from simulation.people.cast import Cast
from simulation.scenario import Scenario
from simulation.weather import Weather
from simulation.witness import Witness

Answer = TypeVar("Answer")

OPENS: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, whose deals run over the turn of the year
DAY: Final = 86_400.0
PATIENCE_DAYS: Final = 420  # after the storm: a chargeback is written off after 270
RESTS: Final = 2 * DAY  # at least, after the storm
QUIET_AFTER: Final = 30 * DAY
LOOKS_EVERY: Final = DAY  # when the world asks whether all has ended
AWAY: Final = (0.5, 60.0)  # seconds until a killed process is started again
LONG_AWAY: Final = (120.0, 20 * 3_600.0)
ASKS_EVERY: Final = (3 * 3_600.0, 24 * 3_600.0)
AUDIT_EVERY: Final = 150  # commits
TOO_OFTEN: Final = 100  # of one deed: with the waits of the product that is days


@dataclass(slots=True)
class Verdict:
    """What became of one world. `rested`: it was judged in the end, too, and not left before."""

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


@dataclass
class Pulse:
    """The machines' own clock, as far as it matters: for how long nobody was there at all."""

    away: timedelta = timedelta()

    def now(self) -> datetime:
        return OPENS + self.away


class World:
    """Everything that there is."""

    def __init__(self, scenario: Scenario, loop: SeededLoop, path: str) -> None:
        self.scenario = scenario
        self.dice = Dice(scenario.seed)
        self.path = path
        self.loop = loop
        self.clock = LoopClock(loop, OPENS)
        self.record = Record(self.clock.now, aloud=scenario.aloud)
        self.chance = self.dice.of("chance")
        self.lasts = DAY * self.chance.randint(*scenario.scale.storm_days)
        self.weather = Weather(
            self.dice.of("weather"), self.record, self.lasts, calm=scenario.calm, raised=scenario.raised
        )
        self.market_context = known_market_context()
        self.pulse = Pulse()
        self.witness = Witness(self)
        self.judge = Judge(self)
        self.phones: dict[tuple[str, str], Phone] = {}
        outside = LabWorld(clock=self.clock, random=self.dice.of("lab"))
        self._poison: dict[str, bool] = {}
        self._asked = Counter[str]()
        self.stripe = StripeSide(self, outside, self.dice.of("courier"))
        self.machines: list[Machine] = []
        self._numbers = 0
        self._dark_since: float | None = None
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self.commits = 0
        self.healed = self.rested = False
        self.cast = Cast(self, scenario.scale)
        self.operators = self.cast.operators

    # --- what everybody asks ------------------------------------------------------------------------------------------

    @property
    def seconds(self) -> float:
        return self.loop.time()

    def strikes(self, kind: str) -> bool:
        return self.weather.strikes(kind, self.seconds)

    def asks_every(self) -> float:
        """Seconds between two looks at the provider. The product's are two minutes; nothing is told between these."""
        return DAY * self._slowly() if self.healed else between(self.chance, *ASKS_EVERY)

    def books_every(self) -> float:
        """Seconds between two nights on which the books are laid beside the provider's; fewer when nothing happens."""
        return 3 * DAY * self._slowly() if self.healed else DAY

    def _slowly(self) -> int:
        """Long after the storm a world only waits for its last deadlines."""
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

    def doom_somebody(self, why: str) -> None:
        """A process that is there dies at one of its next boundaries."""
        alive = [each for each in self.machines if each.alive]
        if alive:
            self.chance.choice(alive).doom(why, self.chance.randrange(BOUNDARIES))

    def minute_ten(self, raw: sqlite3.Connection) -> bool:
        """Whether the clock of a talk is about to ring: the free minutes are over, or the time is up."""
        due = as_kept(self.clock.now())
        timer_handlers = (
            "SELECT 1 FROM timer WHERE due_at <= ? AND event IN ('minute:10', 'free_over_no_answer', 'time_up')"
        )
        return raw.execute(timer_handlers, (due,)).fetchone() is not None

    def spawn(self, work: Coroutine[Any, Any, Answer]) -> asyncio.Task[Answer]:
        """A task of the world's, which no kill touches."""
        task = self.loop.create_task(work, context=contextvars.Context())
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))
        return task

    def phone(self, platform: Platform, number: str, name: str) -> Phone:
        made = Phone(self, platform, number, name, self.dice.of(f"phone:{number}"))
        self.phones[platform.value, f"D{number}"] = made
        return made

    def phone_at(self, platform: str, address: str) -> Phone:
        return self.phones[platform, address]

    async def ask(self, question: Callable[[Machine], Coroutine[Any, Any, Answer]]) -> Answer | None:
        """Bring something to any process that is there. None: nobody knows what became of it."""
        alive = [each for each in self.machines if each.alive]
        if not alive:
            return None
        machine = self.chance.choice(alive)
        try:
            return await machine.serve(question(machine))
        except (Gone, OperationalError):
            return None

    def until_due(self, raw: sqlite3.Connection) -> float:
        """Seconds until something in the tables is due; at least one, or a blocked lane would stop the clock."""
        timer = raw.execute("SELECT MIN(due_at) FROM timer").fetchone()[0]
        post = raw.execute(
            "SELECT MIN(CASE WHEN leased_until > due_at THEN leased_until ELSE due_at END) FROM outbox WHERE NOT dead"
        ).fetchone()[0]
        deadlines = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (timer, post) if each is not None]
        waits = [(due - self.clock.now()).total_seconds() for due in deadlines]
        return min(max(min(waits, default=DAY), 1.0), DAY)

    # --- processes ----------------------------------------------------------------------------------------------------

    def committed(self, machine: Machine) -> None:
        self.commits += 1
        self.record.note("commit", machine.number)
        if self.commits % AUDIT_EVERY == 0:
            self.judge.audit()

    async def start_machine(self) -> None:
        if self._dark_since is not None:
            away = timedelta(seconds=self.seconds - self._dark_since)
            self.pulse.away += away
            self._dark_since = None
            self.judge.after_outage(away)
        self._numbers += 1
        machine = Machine(self, self._numbers)
        self.machines.append(machine)
        try:
            await machine.start()
        except Gone:
            return

    def lost(self, machine: Machine) -> None:
        """A process has died; somebody will start another."""
        self.machines.remove(machine)
        if not self.machines:
            self._dark_since = self.seconds
        self.spawn(self._start_again(machine))

    async def _start_again(self, dead: Machine) -> None:
        await asyncio.sleep(between(self.chance, *(LONG_AWAY if self.strikes("long_outage") else AWAY)))
        dead.runner.raw.close()
        await self.start_machine()

    # --- its course ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        for _ in range(self.chance.choice((1, 1, 2))):
            await self.start_machine()
        self.spawn(self.stripe.live())
        await self.cast.arrive()
        await self._until(lambda: self.seconds >= self.lasts)
        self.weather.clear()
        self.healed = True
        self.record.note("healed")
        self.cast.come_back()
        until = self.seconds + PATIENCE_DAYS * DAY
        await self._until(lambda: self.seconds >= until or not self._goes_on())
        if not self._is_told():
            self.rested = True
            await self._settle_books()
            self.judge.conclude()
        self.cast.leave()
        for machine in self.machines:
            for task in machine.tasks:
                task.cancel()
            machine.runner.raw.close()
        for task in self._tasks:
            task.cancel()

    async def _until(self, seen: Callable[[], bool]) -> None:
        while not seen() and not self._is_told():
            wait = LOOKS_EVERY if self.healed else min(LOOKS_EVERY, self.lasts - self.seconds)
            await asyncio.sleep(wait)
            self.judge.look(self.seconds - self.lasts if self.healed else None)

    def _goes_on(self) -> bool:
        return bool(self.judge.unfinished()) or self.seconds < self.lasts + RESTS

    def _is_told(self) -> bool:
        """Whether there is something to tell already, for who wants to know no more."""
        told = self.scenario.hasty and bool(mistakes.heard or self.witness.found or self.judge.found)
        return told or self.seconds >= DAY * self.scenario.until_day

    async def _settle_books(self) -> None:
        """The last night: what the provider says, and what we say."""
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
        with suppress(Hung):  # and has been told
            loop.run_until_complete(asyncio.sleep(0))
    finally:
        asyncio.set_event_loop(None)
        loop.close()
        if world is not None:
            world.judge.close()
    return verdict_of(world)


def verdict_of(world: World) -> Verdict:
    record, judge = world.record, world.judge
    return Verdict(
        seed=world.scenario.seed,
        fingerprint=record.fingerprint,
        violations=list(dict.fromkeys([*mistakes.heard, *world.witness.found, *judge.found])),
        journeys=judge.journeys,
        points=world.weather.points,
        kills=record.counts["kill"],
        faults=sum(count for what, count in record.counts.items() if what.startswith("fault ")),
        commits=world.commits,
        days=world.seconds / DAY,
        tail=list(record.lines),
        counts=dict(record.counts),
        census=dict(judge.census),
        rested=world.rested,
    )


def belonging(
    loop: asyncio.AbstractEventLoop, work: Any, context: contextvars.Context | None = None
) -> asyncio.Task[Any]:
    """Every task belongs to the process in whose name it runs, and dies with it."""
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
    """A migrated database to copy from."""
    return make_empty(folder / "empty.sqlite")
