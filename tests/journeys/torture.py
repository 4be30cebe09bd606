"""`python -m tests.journeys.torture --kills 100`: real trades, while the product is killed again and again.

The product runs in a process of its own on SQLite or PostgreSQL. SIGKILL strikes it before or after a commit that the
dice choose, and it is started again. After each kill every invariant is checked. After each trade the provider's books
are compared with ours: nothing may be lost, and nothing done twice.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from lab.people import until
from tests.journeys.faults.test_kills import Plug, product_of
from tests.journeys.killer import OUTAGE
from tests.journeys.market import World, confirms, open_world
from tests.journeys.trade_steps import Trade
from tests.postgres import cluster

PATIENCE: Final = 90.0  # seconds that people wait while the product is started again
COMMITS: Final = 9  # at most, until the next kill
REST: Final = 0.4  # seconds, at least, for the product to open its door before that
PAID_OUT: Final = 41_925_00  # cents: 200 t at €215, less 2.5 %


@dataclass
class Torture:
    """Result of a run: the number of kills, the faults found after them, and the times of absence."""

    kills: int = 0
    trades: int = 0
    wrong: list[str] = field(default_factory=list)
    away: list[float] = field(default_factory=list)


async def torture(address: str, folder: Path, kills: int, seed: int) -> Torture:
    """Trade until there were this many kills, and finish the trade that is under way."""
    told = Torture()
    async with open_world(address, product=False) as world:
        world.browser.patience = PATIENCE
        dice = random.Random(seed)
        plug = Plug(world, folder)
        async with product_of(world, folder, said=asyncio.subprocess.DEVNULL):
            while plug.kills() < kills:
                async with pulling(world, plug, dice, kills, told):
                    await trade(world, told)
        await world.opens()
        await account(world, told)
    told.kills = plug.kills()
    return told


async def trade(world: World, told: Torture) -> None:
    """Run one whole trade of two newcomers, from the listing to its reviews."""
    told.trades += 1
    number = told.trades
    played = Trade(world, await world.on_telegram(f"Rasa {number}"), await world.on_telegram(f"Tom {number}"))
    await played.list()
    await played.buy()
    await played.sign()
    await played.set_up_payouts_unprepared()
    await played.pay()
    await played.dispatch()
    await played.arrive()
    await confirms(played.buyer, "Accept")
    await played.complete()


@asynccontextmanager
async def pulling(world: World, plug: Plug, dice: random.Random, kills: int, told: Torture) -> AsyncIterator[None]:
    """Keep killing the product while this context lasts."""
    puller = asyncio.create_task(_pull(world, plug, dice, kills, told))
    try:
        yield
    finally:
        puller.cancel()
        ended = await asyncio.gather(puller, return_exceptions=True)
        told.wrong += [str(each) for each in ended if isinstance(each, Exception)]
        plug.take_back()


async def _pull(world: World, plug: Plug, dice: random.Random, kills: int, told: Torture) -> None:
    while plug.kills() < kills:
        plug.somewhere(dice.choice(("before", "after")), dice.randrange(COMMITS))
        await until(plug.was_pulled, lambda: "nothing was ever committed again", patience=10 * PATIENCE)
        began = time.monotonic()
        await world.later(minutes=OUTAGE / timedelta(minutes=1))
        books = await until(lambda: open_books(world), lambda: "the product did not come back", patience=PATIENCE)
        told.away.append(time.monotonic() - began)
        told.wrong += [f"kill {plug.kills()}: {each['name']}" for each in books["invariants"] if not each["ok"]]
        await asyncio.sleep(REST + dice.random())


async def open_books(world: World) -> Any:
    """Return the market's own account of its deals, as soon as it is up again."""
    try:
        return await world.browser.get("/lab/books")
    except (AssertionError, OSError):
        return None


async def account(world: World, told: Torture) -> None:
    """Check that every trade has led to one payout of the right amount, and that the provider's books agree."""
    await world.books_balance()
    paid = [each["amount"] for each in await world.at_the_provider("transfer")]
    if paid != [PAID_OUT] * told.trades:
        told.wrong.append(f"{told.trades} trades were paid out as {paid}")
    if given_back := await world.at_the_provider("refund"):
        told.wrong.append(f"{len(given_back)} refunds that nobody asked for")
    latest = {each["state"] for each in (await world.browser.get("/lab/books"))["deals"]}
    if latest != {"completed"}:
        told.wrong.append(f"the latest deals are {sorted(latest)}")


def main() -> int:
    asked = argparse.ArgumentParser(prog="tests.journeys.torture", description=__doc__)
    asked.add_argument("--kills", type=int, default=100, help="in all, half of them on each database")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    given = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)  # the lab asks in vain for books of a product that is dead
    databases = given.database or ["sqlite", "postgresql"]
    return 1 if sum(rack(each, given.kills // len(databases), given.seed) for each in databases) else 0


def rack(database: str, kills: int, seed: int) -> int:
    """Run on one database, and return the number of faults found."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="parley-torture-") as name:
        folder = Path(name)
        if database == "postgresql":
            with cluster() as address:
                told = asyncio.run(torture(address, folder, kills, seed))
        else:
            told = asyncio.run(torture(f"sqlite:///{folder / 'market.sqlite'}", folder, kills, seed))
    slowest = max(told.away, default=0.0)
    print(
        f"{database}: {told.kills} kills in {told.trades} trades, {time.monotonic() - began:.0f} s, "
        f"open again after {slowest:.1f} s at most: {len(told.wrong)} wrong",
        flush=True,
    )
    for each in told.wrong[:10]:
        print(f"    {each}", flush=True)
    return len(told.wrong)


if __name__ == "__main__":
    sys.exit(main())
