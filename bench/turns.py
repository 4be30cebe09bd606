"""CPU per chat update over the whole product path, beside the same conversation in other frameworks, in one run.

`make bench`, or `python -m bench.turns [--people N] [--rounds N] [system …]`. bench/README.md explains the columns.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import aiohttp

from bench.chats.bot_api import BotApi, open_api
from bench.chats.people import STEPS, Person, everybody

HOUSE = Path(__file__).parent.parent
PEERS = HOUSE / ".venv-bench"
PEER_LOCK = HOUSE / "requirements" / "bench.txt"
WARM_PEOPLE, AT_ONCE = 30, 32
SLOW_PEOPLE, ROUND_TRIP, SLOW_SECONDS = 256, 0.05, 8.0
SETTLE = 0.5  # seconds for work after an answer (messages taken off the outbox), so that it is counted
FIRST_ID = 10_000_000
HEADING = (
    "| system | µs CPU/update, best | median | × Parley (median) | API calls/update"
    " | p50 ms | p99 ms | updates/s at 50 ms |"
)


@dataclass(frozen=True)
class System:
    """One program to be measured. `peer`: it runs in an environment of its own."""

    name: str
    module: str
    peer: bool = False

    @property
    def python(self) -> str:
        return str(PEERS / "bin" / "python") if self.peer else sys.executable


PTB, PARLEY = "python-telegram-bot", "Parley"
SYSTEMS = (
    System("floor", "bench.systems.floor"),
    System(PARLEY, "bench.systems.parley"),
    System("aiogram", "bench.systems.aiogram_bot", peer=True),
    System(PTB, "bench.systems.ptb"),
)


@dataclass
class Measured:
    """The results of one system: CPU in microseconds and API calls per update, by round.

    It also has waits in seconds, and updates a second.
    """

    cpu: list[float] = field(default_factory=list)
    calls: float = 0.0
    waits: list[float] = field(default_factory=list)
    slow_rate: float = 0.0


@dataclass
class Running:
    """A started system."""

    process: asyncio.subprocess.Process
    webhook: str

    async def cpu(self) -> float:
        """Return the seconds that its process has worked so far, in all its threads."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"cpu\n")
        return float((await self._line())["cpu"])

    async def _line(self) -> dict[str, str]:
        assert self.process.stdout is not None
        line: dict[str, str] = json.loads(await self.process.stdout.readline())
        return line

    @classmethod
    @contextlib.asynccontextmanager
    async def start(cls, system: System, api: BotApi) -> AsyncIterator[Running]:
        with tempfile.TemporaryDirectory(dir=HOUSE / "var") as folder:
            process = await asyncio.create_subprocess_exec(
                system.python, "-m", system.module, api.url, f"{folder}/bench.sqlite",
                cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
            running = cls(process, "")
            try:
                running.webhook = (await running._line())["webhook"]
                yield running
            finally:
                assert process.stdin is not None
                process.stdin.close()  # the sign to stop
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(process.wait(), 10)
                if process.returncode is None:
                    process.kill()


@dataclass
class Bench:
    """The bench: it measures every system in the same way."""

    api: BotApi
    http: aiohttp.ClientSession
    people: int
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST_ID))
    updates: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def crowd(self, webhook: str, size: int) -> list[Person]:
        return [Person(next(self.ids), self.api, self.http, webhook, self.updates) for _ in range(size)]

    async def round(self, system: System, measured: Measured) -> None:
        """Run a round: a fresh process and database, a warm-up, then everybody sells."""
        async with Running.start(system, self.api) as running:
            await everybody(self.crowd(running.webhook, WARM_PEOPLE), AT_ONCE)
            await asyncio.sleep(SETTLE)
            crowd, calls, before = self.crowd(running.webhook, self.people), self.api.calls.total(), await running.cpu()
            await everybody(crowd, AT_ONCE)
            await asyncio.sleep(SETTLE)
            updates = self.people * len(STEPS)
            measured.cpu.append((await running.cpu() - before) / updates * 1e6)
            measured.calls = (self.api.calls.total() - calls) / updates
            measured.waits += [wait for person in crowd for wait in person.seconds]

    async def slow_api(self, system: System, measured: Measured) -> None:
        """Measure how many updates a second are answered if each API call takes a round trip of 50 ms."""
        async with Running.start(system, self.api) as running:
            await everybody(self.crowd(running.webhook, WARM_PEOPLE), AT_ONCE)
            self.api.seconds = ROUND_TRIP
            crowd, begun = self.crowd(running.webhook, SLOW_PEOPLE), time.perf_counter()
            try:
                await everybody(crowd, SLOW_PEOPLE, until=begun + SLOW_SECONDS)
            finally:
                self.api.seconds = 0.0
            answered = sum(len(person.seconds) for person in crowd)
            measured.slow_rate = answered / (time.perf_counter() - begun)


def peers_ready() -> bool:
    """Make the environment of the peers that need other versions than ours. Print why and return False if it fails."""
    uv = Path(sys.executable).with_name("uv")
    try:
        if not (PEERS / "bin" / "python").exists():
            subprocess.run([uv, "venv", "-q", "--python", sys.executable, PEERS], check=True, cwd=HOUSE)  # noqa: S603 - our own words
        subprocess.run(  # noqa: S603 - our own words
            [uv, "pip", "sync", "-q", "--require-hashes", "--python", PEERS / "bin" / "python", PEER_LOCK],
            check=True,
            cwd=HOUSE,
        )
    except (OSError, subprocess.CalledProcessError) as failure:
        print(f"aiogram is left out: its environment could not be made ({failure}).")
        return False
    return True


async def measure(systems: list[System], people: int, rounds: int) -> dict[str, Measured]:
    """Measure all systems in turn, round by round, so that the machine's other load falls on all alike."""
    results = {system.name: Measured() for system in systems}
    async with (
        open_api() as api,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=2)) as http,
    ):
        bench = Bench(api, http, people)
        for number in range(rounds):
            for system in systems:
                await bench.round(system, results[system.name])
                print(f"round {number + 1}: {system.name} {results[system.name].cpu[-1]:.0f} µs", file=sys.stderr)
        for system in systems:
            await bench.slow_api(system, results[system.name])
    return results


def table(results: dict[str, Measured]) -> str:
    """Return the results as bench/README.md shows them."""
    ours = results.get(PARLEY)
    lines = [
        HEADING,
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, each in results.items():
        p50, p99 = (quantiles(each.waits, n=100)[at] * 1000 for at in (49, 98))
        ratio = f"{median(each.cpu) / median(ours.cpu):.2f}" if ours else "–"
        lines.append(
            f"| {name} | {min(each.cpu):.0f} | {median(each.cpu):.0f} | {ratio} | {each.calls:.2f}"
            f" | {p50:.0f} | {p99:.0f} | {each.slow_rate:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=150, help="conversations a round, of six updates each")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("systems", nargs="*", help="only these (default: all)")
    chosen = arguments.parse_args()
    (HOUSE / "var").mkdir(exist_ok=True)
    systems = [each for each in SYSTEMS if not chosen.systems or each.name in chosen.systems]
    if any(each.peer for each in systems) and not peers_ready():
        systems = [each for each in systems if not each.peer]
    print(table(asyncio.run(measure(systems, chosen.people, chosen.rounds))))


if __name__ == "__main__":
    main()
