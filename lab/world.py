"""What all pretend services share: one clock, one record of the wire, one set of faults, one news feed."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

FaultKind = Literal["drop", "delay", "duplicate", "reorder", "answer_lost", "outage"]


class Clock:
    """Real time plus an offset that a person on the page (or a test) can grow, never shrink."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self.offset

    def advance(self, by: timedelta) -> datetime:
        if by < timedelta():
            raise ValueError("the lab's clock only goes forward")
        self.offset += by
        return self.now()


@dataclass(frozen=True, slots=True)
class WireMessage:
    """One message as it passed between the product and a pretend service."""

    number: int
    at: datetime
    service: str
    direction: Literal["in", "out"]  # seen from the service: "in" is a call of the product
    method: str  # "sendMessage", "chat.postMessage", "POST /v1/transfers", "checkout.session.completed"
    body: Any
    answer: Any = None
    status: int | None = None
    milliseconds: float | None = None


@dataclass(slots=True)
class Fault:
    """A disturbance of one service: it strikes the next `times` messages that match, then is gone.

    `where`: "call" (the product calls the service) or "delivery" (the service calls the product).
    `match`: only messages whose method contains this text; empty matches all.
    `outage` on calls answers 503; `answer_lost` does the work and then cuts the connection;
    `drop` cuts it before the work. On deliveries `drop` loses the message (a service that retries
    will try again), `duplicate` sends it twice, `reorder` sends it after the next one.
    """

    service: str
    kind: FaultKind
    where: Literal["call", "delivery"] = "call"
    match: str = ""
    times: int = 1
    seconds: float = 0.0


@dataclass(slots=True)
class World:
    """The lab's shared state. Made anew by `start over`."""

    clock: Clock = field(default_factory=Clock)
    random: random.Random = field(default_factory=lambda: random.Random(2026))
    wire: deque[WireMessage] = field(default_factory=lambda: deque(maxlen=5_000))
    faults: list[Fault] = field(default_factory=list)
    _count: int = 0
    _listeners: set[asyncio.Queue[dict[str, Any]]] = field(default_factory=set)

    def record(self, service: str, direction: Literal["in", "out"], method: str, body: Any, **more: Any) -> WireMessage:
        """Keep a message for the wire log and tell the page."""
        self._count += 1
        message = WireMessage(self._count, self.clock.now(), service, direction, method, body, **more)
        self.wire.append(message)
        self.tell({"kind": "wire", "service": service, "method": method, "number": message.number})
        return message

    def strike(self, service: str, where: Literal["call", "delivery"], method: str) -> Fault | None:
        """The fault that hits this message, used up by one; None when the way is clear."""
        for fault in self.faults:
            if fault.service == service and fault.where == where and fault.match in method and fault.times > 0:
                fault.times -= 1
                self.faults = [each for each in self.faults if each.times > 0]
                return fault
        return None

    def tell(self, news: dict[str, Any]) -> None:
        """Push one piece of news (something on a screen changed) to every open page."""
        for queue in self._listeners:
            queue.put_nowait(news)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[asyncio.Queue[dict[str, Any]]]:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
