"""The common parts of all simulated services: one clock, one record of the wire, the faults, one news feed."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field

Where = Literal["call", "delivery"]
FaultKind = Literal["drop", "delay", "duplicate", "reorder", "answer_lost", "error", "outage", "slow"]

MOST_SECONDS: Final = 86_400.0


@dataclass(slots=True)
class Numbers:
    """A count that goes on: `next` returns one number after the other."""

    _next: int = 0

    def __iter__(self) -> Numbers:
        return self

    def __next__(self) -> int:
        self._next += 1
        return self._next - 1

    def skip(self, count: int) -> None:
        self._next += count


class Clock:
    """Real time plus an offset that a person on the page (or a test) can grow, never shrink.

    `begins`: the time at which the world opens; None means the real time.
    """

    def __init__(self, begins: datetime | None = None) -> None:
        self.offset = timedelta()
        if begins is not None:
            self.offset = begins - self.now()

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self.offset

    def advance(self, by: timedelta) -> datetime:
        if by < timedelta():
            raise ValueError("the lab's clock only goes forward")
        self.offset += by
        return self.now()


@dataclass(frozen=True, slots=True)
class WireMessage:
    """One message that passed between the product and a simulated service."""

    number: int
    at: datetime
    service: str
    direction: Literal["in", "out"]  # seen from the service: "in" is a call of the product
    method: str  # "sendMessage", "chat.postMessage", "POST /v1/transfers", "checkout.session.completed"
    body: Any
    answer: Any = None
    status: int | None = None
    milliseconds: float | None = None
    fault: FaultKind | None = None  # the fault that struck it


@dataclass(slots=True)
class Fault:
    """A disturbance of matching messages: it strikes about one in `every`, `times` times (None: until it is lifted).

    `where`: "call" (the product calls the service), "delivery" (the service calls the product) or "both".
    `match`: only messages whose method contains this text; empty matches all.
    `seconds`: how long `delay` and `slow` hold a message back, and how long an `outage` lasts in the world's time.

    Effects on a call:

    - `drop` cuts it before the work, `answer_lost` after it.
    - `error` answers 500 and `outage` 503, both without the work.
    - `duplicate` does the work twice; `reorder` does it after the next call.

    Effects on a delivery:

    - `drop`, `error` and `outage` lose it.
    - `answer_lost` loses the product's answer, so a service that retries will try again.
    - `duplicate` sends it twice, `reorder` after the next one.
    """

    service: Literal["telegram", "slack", "stripe", "mail"]
    kind: FaultKind
    where: Literal["call", "delivery", "both"] = "call"
    match: str = ""
    times: Annotated[int, Field(ge=1)] | None = 1  # how often it still strikes
    seconds: Annotated[float, Field(ge=0, le=MOST_SECONDS)] = 0.0
    every: Annotated[int, Field(ge=1)] = 1
    number: int = 0  # set by the world
    struck: int = 0
    until: datetime | None = None  # when an outage ends by itself

    def strikes(self, service: str, where: Where, method: str, dice: random.Random) -> bool:
        """Return whether it hits this message; a hit is used up.

        The choice is random because people repeat themselves: a count of four would hit each retry of the same press.
        """
        if self.service != service or self.where not in (where, "both") or self.match not in method:
            return False
        if self.every > 1 and dice.randrange(self.every):
            return False
        self.struck += 1
        if self.times is not None:
            self.times -= 1
        return True

    def over(self, now: datetime) -> bool:
        return self.times == 0 or (self.until is not None and now >= self.until)


@dataclass(slots=True)
class World:
    """The lab's shared state."""

    clock: Clock = field(default_factory=Clock)
    random: random.Random = field(default_factory=lambda: random.Random(2026))
    wire: deque[WireMessage] = field(default_factory=lambda: deque(maxlen=5_000))
    faults: list[Fault] = field(default_factory=list)
    changes: int = 0  # pieces of news so far; a message on the wire alone changes no screen
    began: datetime = field(init=False)  # distinguishes this world from an earlier one at the same address
    _count: int = 0
    _faults_set: int = 0
    _listeners: set[asyncio.Queue[dict[str, Any]]] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.began = self.clock.now()

    @property
    def count(self) -> int:
        """Return how many messages have passed."""
        return self._count

    def record(self, service: str, direction: Literal["in", "out"], method: str, body: Any, **more: Any) -> WireMessage:
        """Keep a message for the wire log and tell the page."""
        self._count += 1
        message = WireMessage(self._count, self.clock.now(), service, direction, method, body, **more)
        self.wire.append(message)
        self.tell({"kind": "wire", "service": service, "method": method, "number": message.number})
        return message

    def disturb(self, fault: Fault) -> Fault:
        """Set a fault. An outage with a duration lasts that long and strikes everything meanwhile."""
        self._faults_set += 1
        fault.number = self._faults_set
        if fault.kind == "outage" and fault.seconds:
            fault.until, fault.times = self.clock.now() + timedelta(seconds=fault.seconds), None
        self.faults.append(fault)
        self.tell({"kind": "faults"})
        return fault

    def calm(self, number: int | None = None) -> None:
        """Lift one fault, or all of them."""
        self.faults = [each for each in self.faults if number is not None and each.number != number]
        self.tell({"kind": "faults"})

    def active_faults(self) -> list[Fault]:
        """Return the faults that may still strike."""
        now = self.clock.now()
        self.faults = [each for each in self.faults if not each.over(now)]
        return self.faults

    def strike(self, service: str, where: Where, method: str) -> Fault | None:
        """Return the fault that hits this message, or None."""
        found = next((each for each in self.active_faults() if each.strikes(service, where, method, self.random)), None)
        if found is not None:
            self.active_faults()
            self.tell({"kind": "faults"})
        return found

    def tell(self, news: dict[str, Any]) -> None:
        """Push one piece of news (something on a screen changed) to every open page."""
        for queue in self._listeners:
            queue.put_nowait(news)
        if news["kind"] != "wire":
            self.changes += 1
            self._changed.set()
            self._changed = asyncio.Event()

    async def change_after(self, number: int, seconds: float) -> int:
        """Wait until there were more than `number` changes, or for so long. Return how many there were."""
        if self.changes <= number:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), seconds)
        return self.changes

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[asyncio.Queue[dict[str, Any]]]:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
