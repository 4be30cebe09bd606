"""The faults of the lab as `main.py demo --faults` sets them: a world out of order the whole time, in one way."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any, Final, Self

from core.trade.deals.model import DealState
from lab.people import Browser

SERVICES: Final = ("telegram", "slack", "stripe")
# The settings for each service, which passes some fifty messages in a trade.
KINDS: Final[dict[str, dict[str, Any]]] = {
    "drop": {"where": "both", "every": 6},
    "delay": {"where": "both", "every": 2, "seconds": 0.3},
    "duplicate": {"where": "delivery", "every": 1},
    "reorder": {"where": "both", "every": 3},
    "answer_lost": {"where": "both", "every": 6},
    "error": {"where": "both", "every": 6},
    "slow": {"where": "both", "every": 1, "seconds": 0.1},
    "outage": {"where": "both", "seconds": 30.0},  # not in step with a person who presses again because nothing came
}
# The play does not wait for hours: every second, this much of the world's time passes.
PULSE_SECONDS, PASSING_SECONDS = 1.0, 12.0


def chosen_faults(said: str) -> list[str]:
    """Return `all` kinds, or those named with commas between them. Raises SystemExit for an unknown kind."""
    kinds = list(KINDS) if said == "all" else [each.strip() for each in said.split(",")]
    if unknown := [each for each in kinds if each not in KINDS]:
        raise SystemExit(f"there is no fault {', '.join(unknown)}; there are all, {', '.join(KINDS)}")
    return kinds


class Disturbed:
    """A world with one kind of fault in it from entry to exit."""

    def __init__(self, browser: Browser, kind: str) -> None:
        self.browser = browser
        self.kind = kind
        self._services = itertools.cycle(SERVICES)
        self._passing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self.kind != "outage":
            for service in SERVICES:
                await self._set(service)
        self._passing = asyncio.create_task(self._let_time_pass())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._passing is not None:
            self._passing.cancel()
            await asyncio.gather(self._passing, return_exceptions=True)
        async with self.browser.http.delete(f"{self.browser.url}/lab/faults"):
            pass

    async def struck(self) -> int:
        """Return how many messages were hit."""
        wire = await self.browser.get("/lab/wire")
        return sum(message["fault"] is not None for message in wire)

    async def until_completed(self, seconds: float) -> None:
        """Wait for the deal's last state. Raises AssertionError if it does not come."""

        async def completed() -> bool:
            deals = (await self.browser.get("/lab/books"))["deals"]
            return [deal["state"] for deal in deals] == [DealState.COMPLETED]

        await self.browser.until(completed, lambda: f"{self.kind}: the deal did not come to its end", seconds)

    async def _set(self, service: str) -> None:
        fault = {"service": service, "kind": self.kind, "times": None, **KINDS[self.kind]}
        await self.browser.post("/lab/faults", fault)

    async def _let_time_pass(self) -> None:
        """Make the waits between retries pass quickly; with an outage, one service after the other has one."""
        while True:
            if self.kind == "outage" and not await self.browser.get("/lab/faults"):
                await self._set(next(self._services))
            await asyncio.sleep(PULSE_SECONDS)
            await self.browser.post("/lab/clock", {"seconds": PASSING_SECONDS})
