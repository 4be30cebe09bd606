"""An expired offer says why, and leads on: to a new offer, to other goods, to the seller's other listings."""

from __future__ import annotations

from tests.journeys.market import confirms
from tests.journeys.trade.test_deal_endings import offered
from tests.journeys.trade_steps import Trade


async def test_silent_side_is_named_and_the_buyer_offers_again(trade: Trade) -> None:
    await offered(trade)
    await trade.world.later(days=3, minutes=5)
    await trade.seller.sees("The offer has expired.", "Expired: you did not answer by")
    await trade.seller.presses("My listings")
    await trade.seller.sees("Available: 200 t")
    await trade.buyer.sees("The offer has expired.", "Expired: Rasa did not answer by", "Find others")
    await trade.buyer.presses("Make a new offer")
    await trade.buyer.fills(quantity="100 t", price="210 €/t")
    await trade.buyer.sees("Your offer is on its way.")


async def test_goods_that_are_taken_off_the_market_are_said_to_be_gone(trade: Trade) -> None:
    await offered(trade)
    await trade.seller.says("/listings")
    await confirms(trade.seller, "Withdraw")
    for each in (trade.seller, trade.buyer):
        await each.sees("The offer has expired.", "Expired: the goods are no longer for sale.")
    assert "Make a new offer" not in await trade.buyer.screen()
    await trade.buyer.presses("Find others")
    await trade.buyer.sees("Wood pellets")
