"""Starts of the product: when its door opens, when it is ready, and when a waiting person is answered.

`python -m bench.startup --starts 5` starts the product on a seeded market and on one of 100,000 listings. It does so on
SQLite, and on PostgreSQL in a cluster of its own. `--kills 10` then kills it every nine seconds while a person talks.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any, Final

import aiohttp
from pydantic import SecretStr

from bench.doors import databases, resident
from bench.finding.market import EXPERTS_SHARE, PretendMarket
from bench.stored_search import AT_ONCE, insert_rows, listings, organisations
from config.database import open_database
from config.external_services import SystemClock, open_lab, pointed_at
from config.migrations import upgrade
from config.reference import reference
from config.search_index import KINDS, reindex_if_due
from config.settings import Settings
from config.wiring import Product  # noqa: F401 - all tables, because one references another
from core.kernel.ids import Ids
from core.kernel.reactions import Reactions
from core.kernel.transaction import MARKET, Transactions
from core.people.accounts.model import Organisation
from core.trade.listings.model import Listing
from lab.app import Lab
from lab.people import Browser, OnTelegram
from tests.postgres import free_port
from tools.seed.opening import open_market

HOUSE: Final = Path(__file__).parent.parent
MARKETS: Final = {"seeded": 0, "100k": 100_000}
TICKS: Final = os.sysconf("SC_CLK_TCK")
SEARCH: Final = "wood pellets near Riga"
LOOK_SECONDS: Final = 0.05
PATIENCE_SECONDS: Final = 300.0
EVERY_SECONDS: Final = 9.0  # between two kills
MESSAGE_SECONDS: Final = 0.5  # between two messages of different people, answered or not
PEOPLE: Final = 240  # enough for everybody to be answered before they write again


@dataclass(frozen=True)
class Start:
    """One start in seconds since the process began; memory is in bytes."""

    opened: float  # /healthz answers
    ready: float  # /readyz answers 200
    answered: float  # a person reads the answer to what they wrote while it was away
    processor: float  # CPU seconds of the process until then
    searched: float  # from a first search to its answer, when all is ready
    memory: float  # after the first answer
    memory_searched: float  # after the first search


@dataclass(frozen=True)
class Running:
    """The product in a process of its own, and when it began."""

    process: asyncio.subprocess.Process
    home: str
    began: float

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def processor_seconds(self) -> float:
        times = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(times[11]) + int(times[12])) / TICKS


async def fill(database: str, size: int) -> None:
    """Migrate the database, and put the seeded market into it, or so many listings."""
    await upgrade(database)
    catalogue, places = reference()
    transactions = Transactions(
        await open_database(database), SystemClock(), Ids(random.Random(1).randbytes), Reactions()
    )
    await open_market(transactions, catalogue, places, SystemClock().now().date())
    if size:
        await transactions.run(MARKET, partial(insert_rows, table=Organisation, rows=list(organisations())))
        rows = list(listings(PretendMarket(int(size / (1 - EXPERTS_SHARE)), seed=2027)))
        for start in range(0, len(rows), AT_ONCE):
            await transactions.run(MARKET, partial(insert_rows, table=Listing, rows=rows[start : start + AT_ONCE]))
    for kind in KINDS:
        await reindex_if_due(transactions, catalogue, kind)
    await transactions.close()


def environment(lab: Lab, database: str, port: int) -> dict[str, str]:
    """Return the settings of a product for which every service is real: they are the lab's."""
    settings = pointed_at(Settings(_env_file=None, database_url=database, lab_port=0), lab)
    given: dict[str, Any] = {**dict(settings), "port": port}
    plain = {
        name.upper(): each.get_secret_value() if isinstance(each, SecretStr) else str(each)
        for name, each in given.items()
        if each is not None
    }
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **plain, "PYTHONPATH": str(HOUSE)}


async def started(lab: Lab, database: str, folder: str, port: int) -> Running:
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(HOUSE / "main.py"), "run"),
        cwd=folder,
        env=environment(lab, database, port),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return Running(process, f"http://127.0.0.1:{port}", began)


async def killed(running: Running) -> None:
    with suppress(ProcessLookupError):
        running.process.kill()
    await running.process.wait()


async def is_well(http: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with http.get(address) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def until_well(http: aiohttp.ClientSession, address: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await is_well(http, address):  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(LOOK_SECONDS)


async def arrived(browser: Browser, number: int) -> OnTelegram:
    name = f"Ona {number}"
    return OnTelegram(browser, name, (await browser.post("/lab/telegram/people", {"name": name}))["id"])


async def newest(person: OnTelegram) -> int:
    """Return the number of the bot's newest message on the person's screen."""
    return max((each["id"] for each in await person.messages() if each["from"] == "bot"), default=0)


async def until_answered(person: OnTelegram, after: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await newest(person) <= after:  # noqa: ASYNC110 - as above
            await asyncio.sleep(LOOK_SECONDS)


async def measured_start(lab: Lab, database: str, folder: str, person: OnTelegram) -> Start:
    """Let a person write, start the product, and note what comes when. Then kill it."""
    seen = await newest(person)
    await person.says("/me")
    running = await started(lab, database, folder, free_port())
    try:

        async def answer() -> tuple[float, float, float]:
            await until_answered(person, seen)
            return running.seconds, running.processor_seconds, float(resident(running.process.pid))

        async def well(path: str) -> float:
            await until_well(person.browser.http, f"{running.home}{path}")
            return running.seconds

        opened, ready, answered = await asyncio.gather(well("/healthz"), well("/readyz"), answer())
        await asyncio.sleep(2)
        seen, asked = await newest(person), time.monotonic()
        await person.says(SEARCH)
        await until_answered(person, seen)
        searched = time.monotonic() - asked
        return Start(opened, ready, *answered[:2], searched, answered[2], float(resident(running.process.pid)))
    finally:
        await killed(running)


async def waits_under_kills(lab: Lab, database: str, folder: str, people: list[OnTelegram], kills: int) -> list[float]:
    """Let people write at a steady pace while the product is killed every nine seconds. Return how long each waited."""
    waits: list[float] = []
    port = free_port()

    async def ask(person: OnTelegram) -> None:
        seen, asked = await newest(person), time.monotonic()
        await person.says("/me")
        await until_answered(person, seen)
        waits.append(time.monotonic() - asked)

    async def kill() -> Running:
        running = await started(lab, database, folder, port)
        for _ in range(kills):
            await asyncio.sleep(EVERY_SECONDS)
            await killed(running)
            running = await started(lab, database, folder, port)
        return running

    killing = asyncio.create_task(kill())
    asking = []
    for person in cycle(people):
        if killing.done():
            break
        asking.append(asyncio.create_task(ask(person)))
        await asyncio.sleep(MESSAGE_SECONDS)
    await asyncio.gather(*asking)
    running = await killing
    running.process.send_signal(signal.SIGTERM)
    await running.process.wait()
    return waits


@asynccontextmanager
async def opened_lab() -> AsyncIterator[tuple[Lab, Browser]]:
    lab = await open_lab(Settings(_env_file=None, port=0, lab_port=0))
    assert lab is not None, "the environment names real services"
    lab.telegram.bot.pace.chat_burst = 1_000.0
    lab.slack.app.pace = 100.0
    async with aiohttp.ClientSession() as http:
        try:
            yield lab, Browser(http, lab.url)
        finally:
            await lab.stop()


async def measure(name: str, database: str, market: str, arguments: argparse.Namespace) -> list[float]:
    """Print the row of starts on this database. Return the waits of a person under kills."""
    await fill(database, MARKETS[market])
    with tempfile.TemporaryDirectory(prefix="parley-startup-") as folder:
        async with opened_lab() as (lab, browser):
            people = [await arrived(browser, number) for number in range(PEOPLE)]
            person = people[0]
            await measured_start(lab, database, folder, person)  # libraries are compiled, files are read
            starts = [await measured_start(lab, database, folder, person) for _ in range(arguments.starts)]
            print(row(name, market, starts), flush=True)
            if not arguments.kills:
                return []
            return await waits_under_kills(lab, database, folder, people, arguments.kills)


def row(name: str, market: str, starts: list[Start]) -> str:
    times = [(each.opened, each.ready, each.answered, each.processor, each.searched) for each in starts]
    memory = [(each.memory / 1e6, each.memory_searched / 1e6) for each in starts]
    seconds = " | ".join(f"{median(column):.2f}" for column in zip(*times, strict=True))
    megabytes = " | ".join(f"{median(column):.0f}" for column in zip(*memory, strict=True))
    return f"| {name} | {market} | {seconds} | {megabytes} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--markets", default="seeded,100k")
    parser.add_argument("--databases", default="SQLite,PostgreSQL")
    arguments = parser.parse_args()
    print("| database | market | open s | ready s | answered s | CPU s | first search s | MB answered | MB searched |")
    print(f"|{'---|' * 9}", flush=True)
    waits: dict[str, list[float]] = {}
    for market in arguments.markets.split(","):
        with databases(arguments.databases.split(",")) as found:
            for name, url in found.items():
                waits[f"{name} | {market}"] = asyncio.run(measure(name, url, market, arguments))
    if arguments.kills:
        print("\n| database | market | kills | answers | median s | worst s |\n|---|---|---|---|---|---|")
        for place, each in waits.items():
            print(f"| {place} | {arguments.kills} | {len(each)} | {median(each):.2f} | {max(each):.2f} |")


if __name__ == "__main__":
    main()
