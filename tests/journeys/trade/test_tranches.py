"""A deal too long to hold (A8.3, E4): paid in parts, each before its lots are sent. An unpaid part lapses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys.market import PAIRS, Chat, World, confirms
from tests.journeys.trade_steps import Trade


async def test_a_winter_of_lots_is_paid_in_parts(world: World) -> None:
    trade = Trade(world, await world.on_telegram("Rasa"), await world.on_slack("Tom"))
    assert world.product is not None
    first = (await world.now()).date() + timedelta(days=7)
    last = first + timedelta(days=111)  # four lots of four weeks
    await trade.list(f"/sell 200 t A1 pellets 215 €/t DAP Kaunas {first} .. {last}")
    await trade.buy(quantity="100 t", lots="4")
    await trade.sign()
    await trade.buyer.sees("Payment 1 of 2", "lots 1 to 2 · to be paid now", "Payment 2 of 2", "asked for on")
    await trade.pay()
    await trade.buyer.sees("Held: €10,750.00", "waits for payment")
    await trade.set_up_payouts_unprepared()
    for lot in (1, 2):
        await trade.seller.presses(f"Dispatch lot {lot}")
        await trade.seller.fills(truck="KAU 123", eta="tomorrow")
        if lot == 2:  # five weeks before its dates
            await trade.seller.presses("Yes, as it is")
        await trade.buyer.presses(f"Lot {lot} has arrived")
        await trade.buyer.fills()
        await confirms(trade.buyer, f"Accept lot {lot}")
        await trade.seller.sees(f"accepted lot {lot}.")
    await world.later(days=56)
    await trade.buyer.sees("The next part of this deal is to be paid: €10,750.00.", "Your turn: pay the next part")
    await trade.buyer.opens("Pay €10,750.00")
    await world.later(days=5, hours=1)
    for each in (trade.seller, trade.buyer):
        await each.sees("The part of €10,750.00 was not paid in time.", "The deal is complete.")
    await trade.seller.says("/listings")
    await trade.seller.sees("Available: 150 t")
    await world.books_balance()


@pytest.mark.parametrize(("seller", "buyer"), PAIRS)
async def test_a_deal_of_next_year_is_not_paid_before_its_day(world: World, seller: Chat, buyer: Chat) -> None:
    """Check that neither side is told of a turn, or reminded, while there is no page to pay on.

    They are notified afterwards.
    """
    trade = Trade(world, await world.on(seller, "Rasa"), await world.on(buyer, "Tom"))
    first = (await world.now()).date() + timedelta(days=200)
    await trade.list(f"/sell 100 t A1 pellets 215 €/t DAP Kaunas {first} .. {first + timedelta(days=6)}")
    await trade.buy(quantity="100 t")
    await confirms(trade.buyer, "Sign")
    await confirms(trade.seller, "Sign")
    await trade.buyer.sees("Both sides have signed.", "You have nothing to pay yet.", "the payment of €21,500.00")
    await trade.seller.sees("Nothing is to be paid yet. Tom pays €21,500.00 between")
    await trade.buyer.says("/deals")
    await trade.buyer.sees("My deals", "You have nothing to pay yet.")
    await world.later(days=120)
    assert "waits for you" not in await trade.buyer.screen()
    assert "if you still have the goods" not in await trade.seller.screen()  # which are sold
    await world.later(days=17)
    assert "waits for you" not in await trade.buyer.screen()
    await world.later(days=1)
    await trade.seller.sees(
        "The payment for this deal is asked for now: €21,500.00.", "Waiting for Tom to pay €21,500.00"
    )
    await trade.buyer.sees(
        "The payment page for €21,500.00 is open.", "Your turn: make the protected payment of €21,500.00 by"
    )
    await world.later(days=1)
    await trade.buyer.sees("The payment page has closed. “Get the payment page” below opens a new one.")
    await trade.seller.sees("The payment page has closed. The buyer can ask for a new one.")
    await world.later(days=2)
    await trade.buyer.sees("A reminder: this waits for you until")
    await trade.buyer.presses("Get the payment page")  # the first one was open for a day
    await trade.pay()
    await world.books_balance()
