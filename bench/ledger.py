"""Movements and whole deals a second through the ledger, beside the same rows written by hand, in one run.

`make bench-ledger`, or `python -m bench.ledger [--deals N] [--rounds N] [--sizes 1000,1000000] [--pgledger FILE]
[sqlite] [postgresql]`.
What the columns mean: bench/README.md. Every figure but the ratios depends on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import NamedTuple

import asyncpg
from sqlalchemy import make_url

from bench.books.floor import PostgresFloor, Raw, SqliteFloor
from bench.books.full_market import fill
from bench.books.pgledger import PgLedger
from config.database import open_database
from config.external_services import SystemClock
from config.migrations import upgrade
from core.kernel.ids import Ids
from core.kernel.money import Money
from core.kernel.reactions import Reactions
from core.kernel.timers import due_timers
from core.kernel.transaction import MARKET, Ctx, Transactions
from core.money.ledger.accounts import COMMISSION, PROVIDER, PROVIDER_FEES, Leg, escrow
from core.money.ledger.rollup import roll_up
from core.money.ledger.service import balance, post
from tests.postgres import QUICK, cluster

HEADING = "| database | workload | a second | floor | ratio | CPU | times pgledger |"
AT_ONCE = {"sqlite": 64, "postgresql": 16}  # callers side by side; PostgreSQL's have a connection each
DURABLE = {name: value for name, value in QUICK.items() if name == "max_connections"}
FEE, PROVIDERS = 250, 150
numbers = count(1)


# --- what is measured -------------------------------------------------------------------------------------------------


def cold(number: int) -> list[Raw]:
    """Return a movement between two accounts that no other movement writes."""
    return [Raw(f"cold:{number}", ((f"receivable:o{number}", 10_000), (f"payable:o{number}", -10_000)))]


def hot(number: int) -> list[Raw]:
    """Return a movement to the one account that all others write, too."""
    return [Raw(f"hot:{number}", ((f"receivable:h{number}", 10_000), (COMMISSION, -10_000)))]


def deal(number: int) -> list[Raw]:
    """Return a deal's payment and its release with the fee: five of its seven legs share accounts with other deals."""
    own, seller = escrow(f"d{number}"), f"payable:s{number % 100}"
    paid = ((PROVIDER, 10_000 - PROVIDERS), (PROVIDER_FEES, PROVIDERS), (own, -10_000))
    released = ((own, 10_000), (seller, FEE - 10_000), (COMMISSION, -FEE))
    return [Raw(f"deal:{number}:funded", paid), Raw(f"deal:{number}:released", released)]


WORKLOADS: dict[str, Callable[[int], list[Raw]]] = {"cold": cold, "hot": hot, "deals": deal}


def written(movement: Raw) -> Callable[[Ctx], str]:
    """Write one movement as the product's callers do: in a unit of work of its own."""
    legs = [Leg(account, Money(minor, "EUR")) for account, minor in movement.legs]
    return lambda ctx: post(ctx, movement.key, "bench", legs)


@dataclass(frozen=True)
class Product:
    """The ledger as it runs: through the kernel's transactions, every guard in place."""

    transactions: Transactions
    at_once: int

    async def write(self, things: Sequence[Sequence[Raw]]) -> None:
        waiting = iter(things)
        await asyncio.gather(*(self._some(waiting) for _ in range(self.at_once)))

    async def _some(self, waiting: Iterator[Sequence[Raw]]) -> None:
        for thing in waiting:
            for movement in thing:
                await self.transactions.run(MARKET, written(movement))


class Taken(NamedTuple):
    """Seconds by the clock, and of this process's CPU (without the database server's)."""

    wall: float
    cpu: float


Floor = SqliteFloor | PostgresFloor


class Round(NamedTuple):
    """The costs of each for the same work, one right after the other."""

    mine: Taken
    floor: Taken
    peer: Taken | None


async def measured(product: Product, floor: Floor, peer: PgLedger | None, name: str, size: int) -> Round:
    make = WORKLOADS[name]
    mine = [make(next(numbers)) for _ in range(size)]
    theirs = [movement for _ in range(size) for movement in make(next(numbers))]
    if peer is not None:
        await peer.prepare(theirs)
    return Round(
        await taken(product.write(mine)),
        await taken(floor.write(theirs)),
        None if peer is None else await taken(peer.write(theirs)),
    )


async def taken(work: Awaitable[None]) -> Taken:
    wall, cpu = time.perf_counter(), time.process_time()
    await work
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)


# --- places -----------------------------------------------------------------------------------------------------------


async def fresh(url: str) -> str:
    """Return the address of an empty market."""
    if not url.startswith("sqlite"):
        url = await empty(url)
    await upgrade(url)
    return url


async def empty(url: str) -> str:
    """Create a new database on this server."""
    name = f"bench{next(numbers)}"
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@contextlib.asynccontextmanager
async def opened(kind: str, url: str) -> AsyncIterator[Product]:
    runner = await open_database(url)
    transactions = Transactions(runner, SystemClock(), Ids(os.urandom), Reactions())
    try:
        yield Product(transactions, AT_ONCE[kind])
    finally:
        await transactions.close()


@contextlib.contextmanager
def server(kind: str) -> Iterator[Callable[[], str]]:
    """Yield addresses of databases of this kind: a new one each for SQLite; PostgreSQL writes to the disk as usual."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
            yield lambda: f"sqlite:///{Path(folder) / f'{next(numbers)}.sqlite'}"
    else:
        with cluster(DURABLE) as address:
            yield lambda: address


async def throughput(
    kind: str, address: Callable[[], str], size: int, rounds: int, pgledger: str | None = None
) -> None:
    own, other = await fresh(address()), await fresh(address())
    path = make_url(other).database or ""
    floor = SqliteFloor(path) if kind == "sqlite" else await PostgresFloor.open(other, AT_ONCE[kind])
    peer = await opened_peer(address(), pgledger) if pgledger is not None and kind == "postgresql" else None
    found: dict[str, list[Round]] = {name: [] for name in WORKLOADS}
    async with opened(kind, own) as product:
        for name in WORKLOADS:
            await measured(product, floor, peer, name, size // 10)  # statements are compiled, pages are warm
        for _ in range(rounds):
            for name in WORKLOADS:
                found[name].append(await measured(product, floor, peer, name, size))
                while await product.transactions.run(MARKET, roll_up):
                    pass
    await floor.close()
    if peer is not None:
        await peer.close()
    for name, each in found.items():
        mine, theirs = (
            size / median(wall) for wall in zip(*((one.mine.wall, one.floor.wall) for one in each), strict=True)
        )
        wall = median(one.floor.wall / one.mine.wall for one in each)
        cpu = f"{median(one.floor.cpu / one.mine.cpu for one in each):.2f}" if kind == "sqlite" else ""
        times = [one.peer.wall / one.mine.wall for one in each if one.peer is not None]
        beside = f"{median(times):.2f}" if times else ""
        print(f"| {kind} | {name} | {mine:,.0f} | {theirs:,.0f} | {wall:.2f} | {cpu} | {beside} |", flush=True)
    level = median(b.mine.wall / a.mine.wall for a, b in zip(found["hot"], found["cold"], strict=True))
    print(f"\n{kind}: hot account / cold accounts {level:.2f}\n", flush=True)


async def opened_peer(url: str, script: str) -> PgLedger:
    return await PgLedger.open(await empty(url), script, AT_ONCE["postgresql"])


# --- growth -----------------------------------------------------------------------------------------------------------


async def grown(kind: str, address: Callable[[], str], sizes: Sequence[int], deals: int) -> None:
    """Measure the same work on a market with so many open deals, as a ratio to the smallest."""
    first: dict[str, float] = {}
    for size in sizes:
        url = await fresh(address())
        await fill(url, size)
        async with opened(kind, url) as product:
            await product.write([deal(next(numbers)) for _ in range(deals // 10)])
            costs = {
                "a deal": (await taken(product.write([deal(next(numbers)) for _ in range(deals)]))).wall / deals,
                "deadlines": await each(product, lambda ctx, _: due_timers(ctx.session, ctx.now), 200),
                "a balance": await each(product, partial(one_balance, size), 200),
            }
        cells = [f"{cost * 1e6:,.0f} µs ({cost / first.setdefault(name, cost):.2f})" for name, cost in costs.items()]
        print(f"| {kind} | {size:,} | {' | '.join(cells)} |", flush=True)


async def each(product: Product, unit: Callable[[Ctx, int], object], times: int) -> float:
    """Return the seconds for one, with all in one transaction: the cost of reading, not of a transaction."""

    def all_of_them(ctx: Ctx) -> float:
        start = time.perf_counter()
        for number in range(times):
            unit(ctx, number)
        return (time.perf_counter() - start) / times

    return await product.transactions.run(MARKET, all_of_them)


def one_balance(size: int, ctx: Ctx, number: int) -> Money:
    return balance(ctx, escrow(f"f{number * 7919 % size}"), "EUR")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--deals", type=int, default=2_000, help="things in one measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", default="1000,100000", help="open deals; 1000000 takes minutes and a gigabyte")
    parser.add_argument("--pgledger", type=Path, help="its pgledger.sql, to stand in PostgreSQL's table as a peer")
    given = parser.parse_args()
    pgledger = given.pgledger and given.pgledger.read_text()
    for kind in given.kinds:
        with server(kind) as address:
            print(f"{HEADING}\n|{'---|' * 7}")
            await throughput(kind, address, given.deals, given.rounds, pgledger)
            print("| database | open deals | a deal | deadlines | a balance |\n|---|---|---|---|---|")
            await grown(kind, address, [int(size) for size in given.sizes.split(",") if size], given.deals)
            print()


if __name__ == "__main__":
    asyncio.run(main())
