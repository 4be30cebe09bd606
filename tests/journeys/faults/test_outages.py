"""Outages in the middle of a trade: nothing is lost, people are told, and the trade goes on by itself.

`kill -9`, a full disk, a database that takes no writes, and one that is stopped. The product is a process of its own.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from config.settings import Settings
from lab.people import until
from tests import postgres
from tests.journeys.installations.processes import (
    Installation,
    free_port,
    installation,
    outside_world,
    slack,
    stripe,
    telegram,
)
from tests.journeys.market import ChatUser, World
from tests.journeys.trade_steps import Trade
from tools.ledger_verification import verify_books

WAITS = "I cannot store anything at the moment. Your message is kept"
NOT_STORED = "I cannot store anything at the moment, so this had no effect."
ANSWER = "My listings"
STOPPED_SECONDS = 20.0
SOON = 12.0  # seconds from a new start to an answer that was written before: less than the old lease of a minute


def everything(world: World, database: str) -> dict[str, str]:
    return telegram(world) | slack(world) | stripe(world) | {"DATABASE_URL": database, "MARKET_ADDRESS": "Kaunas"}


@asynccontextmanager
async def market(folder: Path, world: World, database: str, port: int) -> AsyncIterator[Installation]:
    for path, payload in (("webhook", "snapshot"), ("thin", "thin")):
        secret = world.lab.stripe.webhook_secret
        told = {"url": f"http://127.0.0.1:{port}/stripe/{path}", "secret": secret, "payload": payload}
        await world.browser.put("/lab/stripe/webhook", told)
    given = everything(world, database) | {"STRIPE_THIN_WEBHOOK_SECRET": world.lab.stripe.webhook_secret}
    async with installation(folder, given, port) as here:
        yield here


async def traders(world: World) -> Trade:
    world.browser.patience = 60.0  # on a busy machine
    return Trade(world, await world.on_telegram("Rasa"), await world.on_slack("Tom"))


async def ready_is(here: Installation, word: str) -> None:
    """Wait until /readyz says so of the database: "ok", or anything else."""

    async def said() -> bool:
        return (await here.ready())["database"] == "ok" if word == "ok" else (await here.ready())["database"] != "ok"

    await until(said, lambda: f"/readyz never said {word} of the database", patience=30.0)


async def told_and_answered(trade: Trade, here: Installation, outage: AsyncIterator[None]) -> None:
    """Let both sides write during an outage. They are told; afterwards their messages are answered, once."""
    answered = await times(trade.seller, ANSWER) + 1
    told = {each.name: await times(each, WAITS) + 1 for each in (trade.seller, trade.buyer)}
    refused = await times(trade.buyer, NOT_STORED) + 1
    await anext(outage)
    await ready_is(here, "broken")
    await trade.seller.says("/listings")
    await trade.buyer.says("birch firewood near Utena")
    for each in (trade.seller, trade.buyer):
        await reads(each, WAITS, told[each.name])
    with suppress(AssertionError):  # Slack shows that the press failed; the person reads why
        await trade.buyer.presses("Sign")
    await reads(trade.buyer, NOT_STORED, refused)
    with suppress(StopAsyncIteration):
        await anext(outage)
    await reads(trade.seller, ANSWER, answered)
    await ready_is(here, "ok")
    assert await times(trade.seller, ANSWER) == answered
    assert await times(trade.seller, WAITS) == told[trade.seller.name]


async def times(person: ChatUser, text: str) -> int:
    return (await person.screen()).count(text)


async def reads(person: ChatUser, text: str, often: int) -> None:
    """Wait until the text is so often on the person's screen."""

    async def read() -> bool:
        return await times(person, text) >= often

    await until(read, lambda: f"{person.name} waited in vain for {text!r}", patience=60.0)


async def ends_well(trade: Trade, database: str) -> None:
    """Finish the trade, and check the books."""
    await trade.sign()
    await trade.set_up_payouts_unprepared()
    await trade.pay()
    assert await verify_books(Settings(_env_file=None, database_url=database)) == 0


async def test_a_trade_goes_on_after_kill_9_and_a_full_disk(tmp_path: Path) -> None:
    database, port = f"sqlite:///{tmp_path / 'market.sqlite'}", free_port()
    async with outside_world() as world:
        trade = await traders(world)
        async with market(tmp_path, world, database, port) as here:
            await trade.list()
            held = {"service": "telegram", "kind": "delay", "where": "call", "match": "sendMessage", "seconds": 90}
            await world.browser.post("/lab/faults", held)
            await trade.seller.says("/help")  # the answer is on its way when the kill comes
            await world.struck()
            here.process.send_signal(signal.SIGKILL)
            await here.process.wait()
        async with market(tmp_path, world, database, port) as here:
            began = time.monotonic()
            await trade.seller.sees("What you can do here")
            assert time.monotonic() - began < SOON
            await trade.buy()
            await told_and_answered(trade, here, full_disk(here.process.pid))
            await ends_well(trade, database)


async def full_disk(pid: int) -> AsyncIterator[None]:
    """Let the kernel refuse every byte that the process would add to a file."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("PostgreSQL is not installed here")
    with postgres.server(durability={}) as running:  # what is committed must survive the stop
        yield running


async def test_a_trade_goes_on_after_a_stopped_and_a_read_only_server(tmp_path: Path, server: postgres.Server) -> None:
    port = free_port()
    async with outside_world() as world:
        trade = await traders(world)
        async with market(tmp_path, world, server.address, port) as here:
            await trade.list()
            await trade.buy()
            await told_and_answered(trade, here, stopped(server))
            await told_and_answered(trade, here, read_only(server))
            await ends_well(trade, server.address)


async def stopped(server: postgres.Server) -> AsyncIterator[None]:
    began = time.monotonic()
    await asyncio.to_thread(server.stop)
    yield
    await asyncio.sleep(max(0.0, STOPPED_SECONDS - (time.monotonic() - began)))
    await asyncio.to_thread(server.start)


async def read_only(server: postgres.Server) -> AsyncIterator[None]:
    await told(server, "ALTER SYSTEM SET default_transaction_read_only = on")
    yield
    await told(server, "ALTER SYSTEM RESET default_transaction_read_only")


async def told(server: postgres.Server, statement: str) -> None:
    connection = await asyncpg.connect(server.address)
    try:
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute(statement)
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()
