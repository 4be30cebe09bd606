"""An hour's worth of chat in one process: what stays in its memory, and what stays in its tables.

`python -m bench.soak` sends 72,000 updates through the Telegram webhook, as 20 a second do in an hour. It sends them as
fast as they are answered, and moves the product's clock with them. Then every term runs out. The exit status is 1 if
memory has grown by more than a tenth since the first quarter. It is 1, too, if a row has outlived its term.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import secrets
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import aiohttp
import structlog
from pydantic import SecretStr

from bench.doors import TELEGRAM_SECRET, resident
from config.external_services import SystemClock, open_lab, pointed_at
from config.settings import Settings
from config.sweeps import DEAD_KEPT, INBOX_KEPT
from config.wiring import build
from core.kernel.chat_state.model import DRAFT_KEPT
from core.kernel.ids import Ids
from lab.app import Lab
from tests.postgres import free_port

UPDATES: Final = 72_000
A_SECOND: Final = 20
SLICES: Final = 12
AT_ONCE: Final = 16
PEOPLE: Final = 400
GROWTH: Final = 1.10
SWEEPS: Final = 100  # each fires a hundred timers, and a draft has two: its reminder and its end
ALL_TERMS: Final = max(INBOX_KEPT, DEAD_KEPT, DRAFT_KEPT) + timedelta(days=1)
TABLES: Final = ("inbox", "outbox", "timer", "search_log", "draft")
# What is empty once all terms are over. Other timers end drafts that begin then, or alert saved searches.
SHORT_LIVED: Final = ("inbox", "outbox", "draft")
SENTENCES: Final = (
    *("/me", "/deals", "/help", "/listings", "/money", "/start", "/language en", "/cases", "thanks!", "who are you"),
    *("/find pellets near Riga", "wood chips under 90 eur", "100 t wod pelets near Rigga", "birch firewood in Utena"),
    *("/sell 200 t A1 pellets 215 €/t DAP Kaunas next week", "A1", "50 t", "215", "Kaunas", "next week", "none"),
    *("someone who knows ENplus audits", "consultant for biogas in German", "how much is pellets?", "i was scammed"),
)


class AheadClock:
    """The machine's clock, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead


async def serve() -> None:
    """Run the product with the settings on the first line of the input. Each further line is a command.

    A number moves the clock by so many seconds; `terms` does what is due by then.
    """
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    settings, clock = Settings(_env_file=None, **json.loads(await lines.readline())), AheadClock()
    product = await build(settings, clock=clock, ids=Ids(secrets.token_bytes))
    await product.start()
    print("ready", flush=True)
    while line := (await lines.readline()).decode().strip():
        if line == "terms":
            for _ in range(SWEEPS):
                await product.sweeps.due()
            await product.sweeps.forget()
        else:
            clock.ahead += timedelta(seconds=float(line))
        print("done", flush=True)
    await product.stop()


@dataclass
class Soaked:
    """The product in a process of its own, its database, and its people."""

    process: asyncio.subprocess.Process
    home: str
    database: Path
    people: list[int]
    http: aiohttp.ClientSession

    async def command(self, word: str) -> None:
        assert self.process.stdin is not None, "both are pipes"
        assert self.process.stdout is not None, "both are pipes"
        self.process.stdin.write(f"{word}\n".encode())
        assert await self.process.stdout.readline() == b"done\n", "the product has ended"

    def rows(self) -> dict[str, int]:
        with closing(sqlite3.connect(self.database)) as connection:
            return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}

    @property
    def memory(self) -> float:
        return resident(self.process.pid) / 1e6

    async def send(self, bodies: Callable[[], dict[str, Any]], number: int) -> None:
        """Send so many updates, AT_ONCE side by side. Each must be taken."""
        left = iter(range(number))
        headers = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}

        async def some() -> None:
            for _ in left:
                async with self.http.post(f"{self.home}/telegram/webhook", json=bodies(), headers=headers) as answer:
                    assert answer.status == 200, answer.status

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))


@asynccontextmanager
async def soaked(folder: str) -> AsyncIterator[Soaked]:
    lab = await open_lab(Settings(_env_file=None, port=0, lab_port=0))
    assert lab is not None, "the environment names real services"
    lab.telegram.bot.pace.chat_burst = lab.telegram.bot.pace.per_second = 1e9  # we send faster than real people
    port, database = free_port(), Path(folder) / "market.sqlite"
    with (Path(folder) / "log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.soak", "--product"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        try:
            hurried = aiohttp.TCPConnector(keepalive_timeout=2)  # less than the server keeps an idle connection
            async with aiohttp.ClientSession(connector=hurried) as http:
                await begin(process, settings_of(lab, database, port))
                people = [await arrived(lab, http, number) for number in range(PEOPLE)]
                yield Soaked(process, f"http://127.0.0.1:{port}", database, people, http)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await process.wait()
            await lab.stop()


def settings_of(lab: Lab, database: Path, port: int) -> dict[str, Any]:
    given = Settings(_env_file=None, database_url=f"sqlite:///{database}", port=port, lab_port=0)
    put = {"public_url": f"http://127.0.0.1:{port}", "telegram_webhook_secret": SecretStr(TELEGRAM_SECRET)}
    whole = pointed_at(given, lab).model_copy(update=put)
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in whole}


async def begin(process: asyncio.subprocess.Process, settings: dict[str, Any]) -> None:
    assert process.stdin is not None, "both are pipes"
    assert process.stdout is not None, "both are pipes"
    process.stdin.write(json.dumps(settings, default=str).encode() + b"\n")
    assert await process.stdout.readline() == b"ready\n", "the product did not start"


async def arrived(lab: Lab, http: aiohttp.ClientSession, number: int) -> int:
    async with http.post(f"{lab.url}/lab/telegram/people", json={"name": f"Ona {number}"}) as answer:
        person = int((await answer.json())["id"])
    async with http.post(f"{lab.url}/lab/telegram/people/{person}/start", json={"payload": ""}) as answer:
        answer.raise_for_status()
    return person


def updates(people: list[int], dice: random.Random) -> Callable[[], dict[str, Any]]:
    numbers = count(1)

    def made() -> dict[str, Any]:
        person, number = dice.choice(people), next(numbers)
        name = {"id": person, "first_name": "Ona"}
        message = {
            "message_id": number,
            "date": int(time.time()),
            "chat": {**name, "type": "private"},
            "from": {**name, "is_bot": False, "language_code": "en"},
            "text": dice.choice(SENTENCES),
        }
        if str(message["text"]).startswith("/"):
            length = len(str(message["text"]).split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return {"update_id": 10_000_000 + number, "message": message}

    return made


async def measure(number: int, seed: int) -> bool:
    """Print a row for each slice. Return whether memory stayed flat, and no row outlived its term."""
    print(f"| updates | a second | MB | {' | '.join(TABLES)} |\n|{'---|' * (3 + len(TABLES))}", flush=True)
    with tempfile.TemporaryDirectory(prefix="parley-soak-") as folder:
        async with soaked(folder) as here:
            make, share, sizes = updates(here.people, random.Random(seed)), number // SLICES, []
            for place in range(SLICES):
                began = time.monotonic()
                await here.send(make, share)
                pace = share / (time.monotonic() - began)
                await here.command(str(share / A_SECOND))
                sizes.append(here.memory)
                shown = " | ".join(f"{rows:,}" for rows in here.rows().values())
                print(f"| {(place + 1) * share:,} | {pace:.0f} | {sizes[-1]:.0f} | {shown} |", flush=True)
            await here.command(str(ALL_TERMS.total_seconds()))
            await here.command("terms")
            left = here.rows()
            print(f"| {ALL_TERMS.days} days later | | {here.memory:.0f} | {' | '.join(map(str, left.values()))} |")
    grown = sizes[-1] / sizes[SLICES // 4 - 1]
    print(f"\nMemory after the last slice: {grown:.2f} of that after a quarter.")
    return grown <= GROWTH and not any(left[name] for name in SHORT_LIVED)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=UPDATES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--product", action="store_true", help="be the product that is measured")
    arguments = parser.parse_args()
    if arguments.product:
        asyncio.run(serve())
        return 0
    return 0 if asyncio.run(measure(arguments.updates, arguments.seed)) else 1


if __name__ == "__main__":
    sys.exit(main())
