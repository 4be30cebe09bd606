"""A chat platform that the product has never heard of walks a whole deal with a person on another one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import pytest

from tests.journeys.market import open_world
from tests.journeys.toy import OnToy, ToyServer
from tests.journeys.trade_steps import Trade, profile

if TYPE_CHECKING:
    from tests.journeys.market import ChatUser


@pytest.mark.parametrize("sells", [True, False], ids=["sells", "buys"])
async def test_a_platform_from_outside_trades_with_slack(database: str, *, sells: bool) -> None:
    server = ToyServer()
    async with open_world(database, chats=[server.edge()]) as world:
        # It does all that a story asks of a person, and is no kind of them that the lab knows.
        theo = cast("ChatUser", OnToy(server, world.browser, "Theo"))
        ona = await world.on_slack("Ona")
        trade = Trade(world, *((theo, ona) if sells else (ona, theo)))
        await profile(trade.seller, "seller", "Girios UAB")
        await trade.funded()
        await trade.set_up_payouts()
        await trade.dispatch()
        await trade.arrive()
        await trade.accept()
        await trade.complete()
        await trade.rate(trade.seller, "Paid within the hour.")
        await trade.rate(trade.buyer, "Dry and clean.")
        for each in (theo, ona):
            await each.sees("The reviews of this deal are open now.")
        await world.books_balance()


async def test_a_person_is_led_to_every_platform_that_there_is(database: str) -> None:
    server = ToyServer()
    async with open_world(database, chats=[server.edge()]) as world:
        theo = OnToy(server, world.browser, "Theo")
        await theo.says("/link")
        screen = await theo.sees("Open Parley in Telegram and write there: /link ", "Open Parley in Slack")
        [code] = set(re.findall(r"link (\w{8})\b", screen))
        assert f"/parley link {code}" in screen
        await theo.says(f"/link {code}")
        await theo.sees("Type it on the other chat, Telegram or Slack or Toychat.")
