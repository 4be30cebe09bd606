"""The order of one person's inputs in this process. Each begins when the one before it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Line:
    """One sender's inputs: the lock that they pass in turn, and how many are in it or wait for it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    inputs: int = 0


class ArrivalOrder:
    """Lets inputs of the same sender through one at a time, first come, first served. Others pass beside them.

    PostgreSQL runs several units at once. A unit that lost a race would begin again behind the next message. Between
    workers, `inbox.after_their_last` still keeps a sender's units apart, without an order.
    """

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}

    def __len__(self) -> int:
        """Return how many senders have an input in hand."""
        return len(self._lines)

    @asynccontextmanager
    async def turn_of(self, sender: str) -> AsyncIterator[None]:
        """Wait for the sender's earlier inputs, and keep the later ones waiting until the block ends."""
        line = self._lines.setdefault(sender, Line())
        line.inputs += 1
        try:
            async with line.lock:
                yield
        finally:
            line.inputs -= 1
            if not line.inputs:
                del self._lines[sender]
