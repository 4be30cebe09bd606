"""The product of another checkout, in a process of its own, in the world of this checkout's lab."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from config.installation import RESERVE
from config.slack import manifest
from lab.people import until
from tests.journeys.faults.test_kills import SLOW_START, answers, environment, hears_slack
from tests.journeys.market import World

# Runs in the other checkout. The file `later` moves its clock; its machine's own clock is ahead by a fixed time.
# So a story that leaps ahead does not look like an outage.
START: Final = """
import importlib.util, os, sys
from datetime import timedelta
from pathlib import Path
sys.argv = ["main.py", "run"]
name = next(each for each in ("config.external_services", "config.outside") if importlib.util.find_spec(each))
clock = __import__(name, fromlist=["SystemClock"]).SystemClock
real, moved = clock.now, Path(os.environ["MOVED"])
class Machine(clock):
    def now(self):
        return real(self) + timedelta(seconds=float(os.environ["AHEAD"]))
import config.wiring
config.wiring.SystemClock = Machine
clock.now = lambda self: real(self) + timedelta(seconds=float(moved.read_text()))
import main
main.main()
"""


@dataclass
class Release:
    """A running product of the checkout at `tree`. Its working folder is `folder`."""

    tree: Path
    world: World
    folder: Path
    ahead: float = 0.0  # seconds from the machine's clock to its clock of outages
    port: int = 0
    process: asyncio.subprocess.Process | None = field(default=None)

    async def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        home = f"http://127.0.0.1:{self.port}"
        for payload, path in (("snapshot", "webhook"), ("thin", "thin")):
            told = {"url": f"{home}/stripe/{path}", "secret": self.world.lab.stripe.webhook_secret, "payload": payload}
            await self.world.browser.put("/lab/stripe/webhook", told)
        await self.world.browser.put("/lab/slack/app", {"manifest": manifest(home)})
        token = self.world.settings.operator_token
        self.world.lab.stripe.top_up(RESERVE)
        self.world.lab.books_url = f"{home}/operator/books"
        self.world.lab.books_token = token.get_secret_value() if token is not None else ""
        self.world.moved = self.folder / "later"
        self.ahead = (await self.world.now() - self.world.pulse.now()).total_seconds()
        self.world.moved.write_text(str(self.ahead))
        given = {"PYTHONPATH": str(self.tree), "MOVED": str(self.world.moved), "AHEAD": str(self.ahead)}
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", START),
            env={**environment(self.world, self.port), **given},
            cwd=self.folder,
            stdout=asyncio.subprocess.DEVNULL,
        )
        await until(lambda: answers(self.port), lambda: "the product never opened its door", patience=SLOW_START)
        await hears_slack(self.world)

    async def kill(self) -> datetime:
        """End it as a power cut does. Return the time of its clock of outages."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()
        now = self.world.pulse.now()
        return datetime.fromtimestamp(now.timestamp() + self.ahead, now.tzinfo)

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, 15)
            await self.process.wait()
