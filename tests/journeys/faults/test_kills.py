"""The product is killed at every commit of a trade, alternately before and after it. Nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from config.slack import manifest
from lab.people import until
from tests.journeys.killer import OUTAGE
from tests.journeys.market import World, confirms, open_world
from tests.journeys.trade_steps import Trade

When = Literal["before", "after"]

ROOT = Path(__file__).parents[3]
SLOW_START = 60.0  # seconds, on a busy machine


class Plug:
    """Orders to kill the product: one at a time, with the outcome of each."""

    def __init__(self, world: World, folder: Path, turns: tuple[When, ...] = ("before", "after")) -> None:
        self._world = world
        self._folder = folder
        self._turns: Iterator[When] = cycle(turns)
        self.ordered = 0

    def at(self, table: str, word: str = "") -> None:
        """Kill at the commit that next writes such a row."""
        self._order({"when": next(self._turns), "table": table, "word": word})

    def somewhere(self, when: When, skip: int) -> None:
        """Kill at any commit, after skipping this many."""
        self._order({"when": when, "table": r"\w+", "word": "", "skip": skip})

    def take_back(self) -> None:
        """Take the order back, if it was not carried out."""
        (self._folder / "order").unlink(missing_ok=True)
        self.ordered = self.kills()

    def _order(self, order: dict[str, Any]) -> None:
        ready = self._folder / "next"
        ready.write_text(json.dumps(order))
        ready.rename(self._folder / "order")
        self.ordered += 1

    async def was_pulled(self) -> bool:
        return self.kills() == self.ordered

    def kills(self) -> int:
        killed = self._folder / "killed"
        return len(killed.read_text().splitlines()) if killed.exists() else 0

    async def pulled(self) -> None:
        async def seen() -> bool:
            return self.kills() == self.ordered

        await until(seen, lambda: f"the product was killed {self.kills()} times, not {self.ordered}")
        await self._world.browser.post(
            "/lab/clock", {"seconds": OUTAGE.total_seconds()}
        )  # it was away for as long for the provider


def environment(world: World, port: int) -> dict[str, str]:
    """Return the product's settings as an operator would write them: every outside service by its address."""
    given: dict[str, Any] = {**dict(world.settings), "port": port}
    plain = {
        name.upper(): each.get_secret_value() if isinstance(each, SecretStr) else str(each)
        for name, each in given.items()
        if each is not None
    }
    return {**os.environ, **plain, "PYTHONPATH": str(ROOT)}


@asynccontextmanager
async def product_of(world: World, orders: Path, said: int | None = None) -> AsyncIterator[None]:
    """Run the product in a process of its own, which is started again whenever it dies."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for payload, path in (("snapshot", "webhook"), ("thin", "thin")):
        told = {
            "url": f"http://127.0.0.1:{port}/stripe/{path}",
            "secret": world.lab.stripe.webhook_secret,
            "payload": payload,
        }
        await world.browser.put("/lab/stripe/webhook", told)
    await world.browser.put("/lab/slack/app", {"manifest": manifest(f"http://127.0.0.1:{port}")})
    token = world.settings.operator_token
    world.lab.books_url = f"http://127.0.0.1:{port}/operator/books"
    world.lab.books_token = token.get_secret_value() if token is not None else ""
    ahead = await world.now() - world.pulse.now()  # a story may be played on another day
    (orders / "later").write_text(str(ahead.total_seconds()))
    command = (sys.executable, "-m", "tests.journeys.killer", str(orders), "run")
    process = await asyncio.create_subprocess_exec(
        *command, env=environment(world, port), cwd=orders, stdout=said, stderr=said
    )
    try:
        await until(lambda: answers(port), lambda: "the product never opened its door", patience=SLOW_START)
        await hears_slack(world)
        yield
    finally:
        process.terminate()
        await process.wait()


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def hears_slack(world: World) -> None:
    """Wait until the product is connected, since Slack repeats no press."""

    async def connected() -> bool:
        return bool((await world.browser.get("/lab/slack/app"))["reachable"])

    await until(connected, lambda: "the product never opened its socket to Slack", patience=SLOW_START)


async def test_a_trade_goes_on_through_eleven_kills(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'market.sqlite'}", product=False) as world:
        plug = Plug(world, tmp_path)
        async with product_of(world, tmp_path):
            await a_trade(world, plug)
        await world.opens()
        await world.books_balance()
        assert [each["amount"] for each in await world.at_the_provider("transfer")] == [41_925_00]
        assert await world.at_the_provider("refund") == []
        assert len((await world.browser.get("/lab/books"))["deals"]) == 1
    assert plug.kills() == 11


async def a_trade(world: World, plug: Plug) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_telegram("Tom")
    trade = Trade(world, rasa, tom)
    plug.at("listing")
    await trade.list()
    await plug.pulled()
    plug.at("deal")
    await trade.buy()
    await plug.pulled()
    plug.at("step", "'sign'")
    await confirms(tom, "Sign")
    await tom.sees("Then it is your turn to pay")
    await plug.pulled()
    plug.at("step", "'sign'")
    await confirms(rasa, "Sign")
    await tom.sees("Both sides have signed.")
    await plug.pulled()
    await trade.set_up_payouts_unprepared()
    plug.at("step", "'money_complete'")
    await trade.pay()
    await plug.pulled()
    plug.at("step", "'dispatch'")
    await trade.dispatch()
    await plug.pulled()
    plug.at("step", "'arrive'")
    await trade.arrive()
    await plug.pulled()
    plug.at("step", "'accept'")
    await confirms(tom, "Accept")
    await plug.pulled()
    plug.at("step", "'paid_out'")
    await trade.complete()
    await plug.pulled()
    plug.at("review")
    await trade.rate(rasa, "Paid within the hour.")
    await rasa.sees("Your review stays sealed")
    await plug.pulled()
    plug.at("review")
    await trade.rate(tom, "Dry and clean.")
    for each in (rasa, tom):
        await each.sees("The reviews of this deal are open now.")
    await plug.pulled()
