"""The sum of a claim: the buyer's own or the formula's, and every answer says what it pays."""

from __future__ import annotations

import pytest

from lab.people import OnSlack
from tests.journeys.market import PAIRS, World, no_more
from tests.journeys.trade_steps import Trade


@pytest.fixture(params=PAIRS, ids="-".join)
async def trade(request: pytest.FixtureRequest, world: World) -> Trade:
    """Return a trade of 60 t for €12,900.00, paid and arrived, of which 55 t were weighed: €11,825.00."""
    sells, buys = request.param
    trade = Trade(world, await world.on(sells, "Rasa"), await world.on(buys, "Tom"))
    await trade.funded(quantity="60 t")
    await trade.dispatch()
    await trade.arrive(measured="55 t")
    return trade


async def test_a_claim_without_a_sum_puts_none_in_the_buyers_mouth(trade: Trade) -> None:
    await trade.buyer.presses("Make a claim")
    await trade.buyer.fills(words="I want 30 % off", ncv="12")
    await trade.seller.sees("made a claim on lot 1.")
    await trade.seller.presses("Open the claim")
    await trade.seller.sees("By the agreed formula", "€11,825.00 · the buyer has named no sum", "55 t of 60 t came")
    await trade.seller.sees("12 MJ/kg changes nothing: the price was not agreed by energy")
    assert "The buyer proposes" not in await trade.seller.screen()
    await trade.buyer.presses("Open the claim")
    await trade.buyer.sees("By the agreed formula", "you have named no sum of your own")
    assert "You propose" not in await trade.buyer.screen()
    await trade.seller.presses("Settle by the formula: €11,825.00")
    await trade.seller.sees("The buyer has named no sum.", "That is €11,825.00 of €12,900.00.")
    await trade.seller.presses("Yes: Settle by the formula: €11,825.00")
    await trade.buyer.sees(
        "The claim on lot 1 is settled by the agreed formula.", "€1,075.00 is on its way back to you."
    )
    await trade.world.books_balance()


async def test_the_buyers_own_sum_is_theirs_and_each_answer_says_what_it_pays(trade: Trade) -> None:
    await trade.buyer.presses("Make a claim")
    await trade.buyer.fills(words="Wet", ncv="12", sum="70 %")
    await trade.seller.sees("made a claim on lot 1.")
    await trade.seller.presses("Open the claim")
    await trade.seller.sees("The buyer proposes", "€9,030.00", "Take the buyer's figure: €9,030.00")
    await trade.seller.presses("Name another figure")
    await trade.seller.fills(pay="11,000")
    await trade.buyer.presses("Open the claim")
    await trade.buyer.sees("The seller proposes", "Accept €11,000.00", "Accept the goods at €11,825.00")
    await trade.buyer.presses("Accept the goods at €11,825.00")
    await trade.buyer.sees("55 t of 60 t came, so the lot is paid by that weight", "€11,825.00 of €12,900.00")
    await trade.buyer.presses("No, go back")
    await no_more(trade.buyer, "No, go back")
    await trade.buyer.presses("Accept €11,000.00")
    await trade.buyer.presses("Yes: Accept €11,000.00")
    await trade.buyer.sees("€1,900.00 is on its way back to you.")
    await trade.world.books_balance()


async def test_claim_that_is_given_up_pays_by_the_weight_as_without_it(trade: Trade) -> None:
    await trade.buyer.presses("Make a claim")
    await trade.buyer.fills(words="Wet", ncv="12", sum="70 %")
    await trade.buyer.presses("Open the claim")
    await trade.buyer.presses("Accept the goods at €11,825.00")
    await trade.buyer.presses("Yes: Accept the goods at €11,825.00")
    await trade.seller.sees("accepted lot 1. It is paid by the measured weight.")
    await trade.buyer.sees("€1,075.00 is on its way back to you.")
    await trade.world.books_balance()


async def test_a_sum_above_the_lot_is_told_where_it_was_written(trade: Trade) -> None:
    await trade.buyer.presses("Make a claim")
    await trade.buyer.fills(words="Wet", ncv="12", sum="50000")
    if isinstance(trade.buyer, OnSlack):
        assert "Write an amount from nothing to €12,900.00" in trade.buyer.errors["sum"]
    else:
        await trade.buyer.sees("Write an amount from nothing to €12,900.00")
