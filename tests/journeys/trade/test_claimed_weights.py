"""A lot with a far lower weight than agreed: both sides read what it comes to.

The seller weighs too.
"""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import World
from tests.journeys.trade_steps import PAPER, Trade, enclose


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


async def test_a_seller_who_was_silent_still_shows_a_weight_with_its_ticket(trade: Trade) -> None:
    """Check a seller who answers after their three days.

    A document is needed then, only one weight is taken, and the mean of both weights counts.
    """
    await trade.funded(quantity="50 t")
    await trade.dispatch()
    await trade.arrive(measured="20.5 t")
    await trade.buyer.presses("Accept")
    await trade.buyer.presses("Yes: Accept")
    await trade.seller.sees("Open the claim")
    await trade.world.later(days=3, hours=1)
    await trade.seller.sees("This is in dispute now", "€4,407.50 of €10,750.00 is paid, by the buyer's figures alone")
    await trade.seller.presses("I weighed otherwise")
    if isinstance(trade.seller, OnTelegram):
        await trade.seller.answers(measured="49 t")
        await trade.seller.sends()
        await trade.seller.sees("Your time to answer is over, so your figure needs a paper")
        await enclose(trade.seller, "ticket.pdf", PAPER, "application/pdf")
        await trade.seller.sends()
    else:
        await trade.seller.fills(measured="49 t")
        assert "so your figure needs a paper" in " ".join(trade.seller.errors.values())
        await enclose(trade.seller, "ticket.pdf", PAPER, "application/pdf", "files")
        await trade.seller.fills(measured="49 t")
    await trade.seller.sees("Your finding is on its way.", "by the mean of both sides' figures")
    await trade.buyer.sees("Rasa shows what they have found of the goods.", "€7,471.25 of €10,750.00 is paid")
    await trade.seller.presses("See the claim")
    await trade.seller.sees("You found: measured 49 t", "By your figures the agreement pays: €10,535.00")
    await trade.world.later(days=15, hours=4)
    for each in (trade.seller, trade.buyer):
        await each.sees("Nobody has decided this dispute yet.", "€7,471.25 of €10,750.00 is paid, by the mean of both")
    await trade.world.later(days=15)
    for each in (trade.seller, trade.buyer):
        await each.sees("The deal is complete.")
    await trade.buyer.sees("€3,278.75 is on its way back to you.")
    await trade.world.books_balance()
