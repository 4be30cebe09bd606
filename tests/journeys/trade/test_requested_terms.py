"""The form of an offer begins with the amount that was searched for, and says what it comes to.

Days that are over, or far from the listing's, are named before it is sent. A refused value is never offered to be kept.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lab.people import OnSlack, OnTelegram
from tests.journeys.market import PAIRS, Chat, ChatUser, World

CHIPS = "/sell 2100 MWh forest chips 24 €/MWh DAP Klaipeda next week"


async def listed(world: World, seller: Chat, buyer: Chat, sentence: str = CHIPS, **more: str) -> ChatUser:
    rasa, tom = await world.on(seller, "Rasa"), await world.on(buyer, "Tom")
    await rasa.says(sentence)
    await rasa.fills(grade="none" if isinstance(rasa, OnSlack) else "No grade", **more)
    await rasa.sees("Published. Buyers can find it now")
    return tom


@pytest.mark.parametrize(("other", "chat"), PAIRS)
async def test_searched_amount_is_in_the_form_with_its_total(world: World, chat: Chat, other: Chat) -> None:
    tom = await listed(world, other, chat, min_lot="50 MWh")
    await tom.says("/find 120 t forest chips near Klaipeda")
    await tom.presses("Buy now")
    await tom.sees("270 MWh × 24.00 EUR/MWh = €6,480.00", "For example 100 MWh" if isinstance(tom, OnSlack) else "270")
    await tom.sends()
    await tom.sees("You have a deal.", "270 MWh")
    await tom.says("/find 24 t forest chips near Klaipeda")
    await tom.sees("Understood: Forest chips, 24 t")
    await tom.presses("Make an offer")
    await tom.sees("54 MWh × 24.00 EUR/MWh = €1,296.00")
    await tom.fills(quantity="60")
    await tom.sees("60 MWh", "€1,440.00")


@pytest.mark.parametrize(("other", "chat"), PAIRS)
async def test_all_that_is_left_stands_there_where_no_amount_of_it_was_named(
    world: World, chat: Chat, other: Chat
) -> None:
    tom = await listed(world, other, chat)
    await tom.says("/find forest chips near Klaipeda")
    await tom.presses("Make an offer")
    await tom.sees("2,100 MWh × 24.00 EUR/MWh = €50,400.00")


def passed(today: date) -> str:
    first, last = today - timedelta(days=21), today - timedelta(days=7)
    return f"{first.day} {first:%B} - {last.day} {last:%B}"


@pytest.mark.parametrize(("other", "chat"), PAIRS)
async def test_days_that_have_just_passed_are_not_next_years(world: World, chat: Chat, other: Chat) -> None:
    tom = await listed(world, other, chat)
    today = (await world.now()).date()
    await tom.says("/find forest chips near Klaipeda")
    await tom.presses("Make an offer")
    await tom.answers(window=passed(today))
    if isinstance(tom, OnSlack):  # a window is sent as a whole
        assert "is over already" in tom.errors["window"]
        return
    await tom.sees("is over already", "[Keep ")
    await tom.presses("Keep ")
    await tom.says(f"60 MWh, {passed(today)}")
    await tom.sees("Quantity: 60 MWh", "is over already", "[Keep ")


@pytest.mark.parametrize(("other", "chat"), PAIRS)
async def test_days_far_from_the_listings_are_asked_back(world: World, chat: Chat, other: Chat) -> None:
    tom = await listed(world, other, chat)
    await tom.says("/find forest chips near Klaipeda")
    await tom.presses("Make an offer")
    year = (await world.now()).year + 1
    await tom.fills(window=f"1-15 November {year}")
    await tom.sees(f"{year} is far from the dates on the table, ", "Is it meant?")
    await tom.presses("Change the dates")
    await tom.fills(window="next week")
    await tom.sees("Waiting for Rasa to answer")


async def test_refused_value_is_not_offered_to_be_kept(world: World) -> None:
    tom = await listed(world, "slack", "telegram")
    await tom.says("/find forest chips near Klaipeda")
    await tom.presses("Make an offer")
    await tom.fills(quantity="3000 MWh")
    await tom.sees("2,100 MWh", "How much do you want?")
    assert "[Keep" not in (await tom.screen()).rpartition("How much do you want?")[2]
    assert isinstance(tom, OnTelegram)
    await tom.answers_again("a lot")
    await tom.sees("a lot")
    assert "[Keep" not in (await tom.screen()).rpartition("How much do you want?")[2]
