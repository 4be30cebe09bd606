"""A price given as a number alone: per the unit of the earlier price, or that of the goods.

A unit that does not fit the amount is refused where it is asked for, and the earlier price stays.
"""

from __future__ import annotations

import pytest

from lab.people import OnSlack
from tests.journeys.market import PAIRS, Chat, ChatUser, World

CHIPS = "/sell 120 t forest chips 48 €/t DAP Klaipeda next week"


async def chips(world: World, seller: Chat, buyer: Chat) -> tuple[ChatUser, ChatUser]:
    """List goods in tonnes that are mostly priced per MWh: 44 replaces 48 €/t."""
    rasa, tom = await world.on(seller, "Rasa"), await world.on(buyer, "Tom")
    await rasa.says(CHIPS)
    await rasa.fills(grade="none" if isinstance(rasa, OnSlack) else "No grade", price="44")
    await rasa.sees("Published. Buyers can find it now", "44.00 EUR/t")
    return rasa, tom


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_a_bare_number_is_per_what_stood_there_in_every_form(world: World, chat: Chat, other: Chat) -> None:
    rasa, tom = await chips(world, chat, other)
    await tom.says("/find forest chips near Klaipeda")
    await tom.presses("Make an offer")
    await tom.fills(price="43,50")
    await rasa.sees("made an offer", "43.50 EUR/t")
    await rasa.presses("Counter")
    await rasa.fills(price="46")
    await tom.sees("46.00 EUR/t")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_another_unit_is_refused_at_the_line_and_what_stood_there_stays(
    world: World, chat: Chat, other: Chat
) -> None:
    rasa, tom = await chips(world, chat, other)
    await tom.says("/find forest chips near Klaipeda")
    await tom.presses("Make an offer")
    await tom.answers(price="43.50 EUR/MWh")
    if isinstance(tom, OnSlack):  # a window is sent as a whole
        assert "does not fit goods counted in t" in tom.errors["price"]
        await tom.fills(price="43.50")
    else:
        await tom.sees("A price per MWh does not fit goods counted in t", "[Keep 44.00 EUR/t]")
        await tom.answers_again("43.50")
        await tom.sends()
    await rasa.sees("made an offer", "43.50 EUR/t")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_a_number_is_per_the_unit_of_the_amount_where_no_price_stood(
    world: World, chat: Chat, other: Chat
) -> None:
    rasa, tom = await world.on(chat, "Rasa"), await world.on(other, "Tom")
    await rasa.says("/sell 120 t forest chips DAP Klaipeda next week")
    await rasa.fills(grade="none" if isinstance(rasa, OnSlack) else "No grade", price="19,50")
    await rasa.sees("Published. Buyers can find it now", "19.50 EUR/t")
    await tom.says("/request 120 t forest chips DAP Klaipeda next week")
    await tom.fills(grade="none" if isinstance(tom, OnSlack) else "No grade", closes="tomorrow")
    await tom.sees("Your request is out.")
    await rasa.says("/requests")
    await rasa.presses("Open")
    await rasa.presses("Make a quote")
    await rasa.fills(price="20")
    await rasa.sees("20.00 EUR/t")


async def test_a_sentence_in_the_review_takes_the_place_of_no_good_price(world: World) -> None:
    _, tom = await chips(world, "slack", "telegram")
    await tom.says("/find forest chips near Klaipeda")
    await tom.presses("Make an offer")
    await tom.says("60 t at 43.50 €/MWh")
    await tom.sees("A price per MWh does not fit goods counted in t", "Quantity: 60 t", "[Keep 44.00 EUR/t]")
    await tom.presses("Keep 44.00 EUR/t")
    await tom.says("at 43.50 €")
    await tom.sees("Price: 43.50 EUR/t")
