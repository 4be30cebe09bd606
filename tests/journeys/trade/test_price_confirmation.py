"""A price far from known prices is asked back before it is sent, on either chat, and nothing is lost."""

from __future__ import annotations

import pytest

from tests.journeys.market import PAIRS, Chat, ChatUser, World
from tests.journeys.trade_steps import Trade

SLIP = "/sell 200 t A1 pellets 38,905 €/t DAP Kaunas next week"


async def listed(world: World, seller: Chat, buyer: Chat) -> tuple[ChatUser, ChatUser]:
    trade = Trade(world, await world.on(seller, "Rasa"), await world.on(buyer, "Tom"))
    await trade.list()
    return trade.seller, trade.buyer


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_a_listing_is_asked_back_put_right_and_meant(world: World, chat: Chat, other: Chat) -> None:
    rasa, tom = await listed(world, other, chat)
    await tom.says(SLIP)
    await tom.sends()
    await tom.sees("38.905 EUR/t is 18 % of what others ask, 215.00 EUR/t. Is it meant?", "200 t", "Kaunas")
    await tom.says("/listings")
    await tom.sees("have no listings")

    await tom.presses("Change the price")
    await tom.fills(price="38905 €/t")
    await tom.sees("38,905.00 EUR/t is 181 times what others ask, 215.00 EUR/t. Is it meant?")
    await tom.presses("Yes, as it is")
    await tom.sees("Published. Buyers can find it now", "38,905.00 EUR/t", "200 t", "DAP Kaunas")

    await tom.presses("Change")
    await tom.fills(price="650 EUR/t")
    await tom.sees("650.00 EUR/t is 3 times what others ask")
    await tom.presses("Change the price")
    await tom.fills(price="210 EUR/t")
    await tom.sees("Changed.", "210.00 EUR/t")
    await tom.presses("Change")
    await tom.fills(words="Dry, under a roof.")
    await tom.sees("Changed.", "Dry, under a roof.")
    await rasa.says("/find pellets near Kaunas")
    await rasa.sees("210.00 EUR/t")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_an_offer_and_the_answer_to_it_are_laid_beside_what_is_on_the_table(
    world: World, chat: Chat, other: Chat
) -> None:
    rasa, tom = await listed(world, chat, other)
    await tom.says("/find pellets near Kaunas")
    await tom.presses("Make an offer")
    await tom.fills(price="20 EUR/t")
    await tom.sees("20.00 EUR/t is 9.3 % of what is on the table, 215.00 EUR/t. Is it meant?")
    await tom.presses("Change the price")
    await tom.fills(price="200 EUR/t")
    await rasa.sees("made an offer", "200.00 EUR/t")
    await rasa.presses("Counter")
    await rasa.fills(quantity="24 t", price="210.000,50 €/t")
    await rasa.sees("210,000.50 EUR/t is 1,050 times what is on the table, 200.00 EUR/t. Is it meant?")
    assert "210,000" not in await tom.screen()
    await rasa.presses("Yes, as it is")
    await rasa.sees("This comes to €5,040,012.00.")
    await rasa.fills(lots="1", price="210.50 EUR/t")
    await tom.sees("24 t", "210.50 EUR/t")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_a_request_and_a_quote_are_laid_beside_what_others_ask(world: World, chat: Chat, other: Chat) -> None:
    rasa, tom = await listed(world, chat, other)
    await tom.says("/request 100 t A1 pellets under 1050.50 EUR/t DAP Kaunas next week")
    await tom.fills(closes="tomorrow", target="1050.50 EUR/t")
    await tom.sees("1,050.50 EUR/t is 4.9 times what others ask, 215.00 EUR/t. Is it meant?")
    await tom.presses("Yes, as it is")
    await tom.sees("1,050.50 EUR/t", "Your request is out.")
    await rasa.says("/requests")
    await rasa.presses("Open")
    await rasa.presses("Make a quote")
    await rasa.fills(price="20500 EUR/t")
    await rasa.sees("20,500.00 EUR/t is 20 times what is on the table, 1,050.50 EUR/t. Is it meant?")
    await rasa.presses("Change the price")
    await rasa.fills(price="205 EUR/t")
    await rasa.sees("20 % of what is on the table")
    await rasa.presses("Yes, as it is")
    await rasa.sees("205.00 EUR/t")
