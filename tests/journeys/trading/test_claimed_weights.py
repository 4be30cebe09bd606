"""A lot of which far less was weighed than was agreed: both know what it comes to, and the seller weighs too."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import World
from tests.journeys.trade import PAPER, Trade, enclose


@pytest.fixture(params=[("telegram", "slack"), ("slack", "telegram")], ids="-".join)
async def trade(request: pytest.FixtureRequest, world: World) -> Trade:
    sells, buys = request.param
    return Trade(world, await world.on(sells, "Rasa"), await world.on(buys, "Tom"))


async def test_a_seller_answers_far_less_by_what_they_have_weighed_with_its_ticket(trade: Trade) -> None:
    await trade.funded(quantity="50 t")
    await trade.dispatch()
    await trade.arrive(measured="20.5 t")
    for each in (trade.seller, trade.buyer):
        await each.sees("without an answer, that is a claim")
    await trade.buyer.presses("Accept")
    await trade.buyer.presses("Yes: Accept")
    await trade.seller.presses("Open the claim")
    await trade.seller.presses("I weighed otherwise")
    if isinstance(trade.seller, OnTelegram):
        await trade.seller.answers(measured="49 t")
    await enclose(trade.seller, "ticket.pdf", PAPER, "application/pdf", "files")
    if isinstance(trade.seller, OnTelegram):
        await trade.seller.sends()
    else:
        await trade.seller.fills(measured="49 t")
    await trade.buyer.sees("proposes how the claim on lot 1 is settled.")
    await trade.buyer.presses("Open the claim")
    await trade.buyer.sees("49 t of 50 t came", "1 file", "€10,535.00")
    await trade.buyer.presses("Accept €10,535.00")
    await trade.buyer.presses("Yes: Accept €10,535.00")
    await trade.buyer.sees("€215.00 is on its way back to you.")
    await trade.world.books_balance()
