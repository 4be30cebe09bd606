"""A request for more than one payment holds: lots are proposed, and a quote can name its own.

A sum that is too large is refused.
"""

from __future__ import annotations

import pytest

from tests.journeys.market import PAIRS, Chat, World, confirms
from tests.journeys.trade_steps import Trade

LARGE = "/request 5000 t A1 pellets DAP Kaunas in 3 weeks"


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_request_above_one_payment_can_be_quoted_for(world: World, chat: Chat, other: Chat) -> None:
    tom, rasa = await world.on(chat, "Tom"), await world.on(other, "Rasa")
    await tom.says(LARGE)
    await tom.fills(closes="tomorrow")  # no price is known that it could come to too much at
    await tom.sees("Your request is out.")
    await rasa.says("/requests")
    await rasa.presses("Open")
    await rasa.presses("Make a quote")
    await rasa.fills(price="210 €/t")
    await rasa.sees("Your quote is in.", "€1,050,000.00", "Lots: 2")
    await rasa.presses("Make a quote")
    await rasa.fills(price="209 €/t", lots="5")
    await rasa.sees("€1,045,000.00", "Lots: 5")
    await world.later(days=2)
    await tom.sees("The time for quotes is over.", "Lots: 5")
    await confirms(tom, "Take Rasa")
    await rasa.sees("You have a deal.", "€1,045,000.00")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_lots_are_proposed_at_the_buyers_price_and_asked_for_at_that_of_others(
    world: World, chat: Chat, other: Chat
) -> None:
    tom, rasa = await world.on(chat, "Tom"), await world.on(other, "Rasa")
    await Trade(world, rasa, tom).list()
    await tom.says(LARGE)
    await tom.fills(closes="tomorrow")
    await tom.sees("At 215.00 EUR/t this comes to €1,075,000.00. One payment holds €999,999.99 at most", "in 2 lots")
    await tom.presses("Leave it to the sellers")
    seen = await tom.sees("Your request is out.")
    assert "Lots" not in seen

    await tom.says(LARGE)
    await tom.fills(closes="tomorrow", target="210 €/t")
    await tom.sees("Your request is out.", "Target price: 210.00 EUR/t", "Lots: 2")
    await tom.says("/request 300000 t A1 pellets DAP Kaunas in 3 weeks")
    await tom.fills(closes="tomorrow", target="210 €/t")
    await tom.sees("Even in 52 lots one deal can be €51,999,999.48 at most, so choose a smaller quantity")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_request_above_each_listing_reaches_sellers_and_the_buyer_reads_how_many(
    world: World, chat: Chat, other: Chat
) -> None:
    await world.by_day()  # requests of others are not announced at night
    tom, rasa = await world.on(chat, "Tom"), await world.on(other, "Rasa")
    await Trade(world, rasa, tom).list()  # 200 t
    await tom.says("/request 500 t A1 pellets DAP Kaunas in 3 weeks")
    await tom.fills(closes="tomorrow")
    await tom.sees("Request for Wood pellets, ENplus A1", "whom I tell: 1")
    await tom.says("/requests")
    await tom.presses("Open")
    await tom.sees("Sellers told: 1")
    await rasa.sees("1 open request fits what you have", "500 t")
    await rasa.presses("Why this?")
    await rasa.sees("It asks for more than this listing has: 500 t.")

    await tom.says("/request 500 t A1 pellets DAP Madrid in 3 weeks")
    await tom.fills(closes="tomorrow")
    await tom.sees("I could tell no seller")
