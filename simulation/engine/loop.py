"""An event loop without a machine under it: time leaps to the next event, and callbacks run in random order.

It has no selector and no threads. In a world where nothing can ever happen again it raises at once.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from datetime import datetime, timedelta
from typing import Any, Final

from lab.world import Clock

TURNS_IN_A_MOMENT: Final = 200_000  # rounds without a tick of the clock after which a world counts as hung


class Hung(Exception):
    """The world has no further event, or the same events repeat for ever at one moment."""


class SeededLoop(asyncio.BaseEventLoop):
    """An event loop in virtual seconds. The dice choose which ready callback runs first."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self._seconds = 0.0
        self._dice = dice
        self._rounds = 0
        self._hopeless = ""
        self._clock_resolution = 1e-6
        self._selector = self  # BaseEventLoop asks it to wait; see `select`

    def time(self) -> float:
        return self._seconds

    def give_up(self, why: str) -> None:
        """Stop the loop, because something repeats for ever although the clock ticks."""
        self._hopeless = why

    def select(self, timeout: float | None) -> list[Any]:
        """Move the time to the next timer instead of waiting. Raises Hung if there is none."""
        if self._hopeless:
            raise Hung(self._hopeless)
        if timeout is None:
            raise Hung("everybody waits for somebody else")
        if timeout > 0:
            self._seconds += timeout
            self._rounds = 0
        else:
            self._rounds += 1
            if self._rounds > TURNS_IN_A_MOMENT:
                raise Hung("the same moment goes on for ever")
        ready: deque[Any] = self._ready  # type: ignore[attr-defined]  # BaseEventLoop's own queue
        if len(ready) > 1:
            shuffled = list(ready)
            self._dice.shuffle(shuffled)
            ready.clear()
            ready.extend(shuffled)
        return []

    def _process_events(self, event_list: list[Any]) -> None:
        """Do nothing: there are no files or sockets here."""

    def _write_to_self(self) -> None:
        """Do nothing: no other thread waits."""


class LoopClock(Clock):
    """The world's calendar over a loop's seconds, for both the lab and the product."""

    def __init__(self, loop: SeededLoop, begins: datetime) -> None:
        super().__init__()
        self._loop = loop
        self._begins = begins

    def now(self) -> datetime:
        return self._begins + timedelta(seconds=self._loop.time()) + self.offset
