"""Forms in the middle of a trade: each answer is taken or named, and no form stays open in vain."""

from __future__ import annotations

import asyncio

import pytest

from lab.people import OnSlack, OnTelegram, until
from tests.journeys.market import CHATS, Chat, World, confirms
from tests.journeys.trade_steps import Trade

NUMBER = "Phone +370 600 12347, Tor 5"


async def agreed(world: World, seller: Chat, buyer: Chat) -> Trade:
    trade = Trade(world, await world.on(seller, "Rasa"), await world.on(buyer, "Tom"))
    await trade.list()
    await trade.buy(quantity="100 t")
    return trade


@pytest.mark.parametrize("chat", CHATS)
async def test_a_contact_is_warned_of_before_both_have_signed_and_passes_after(world: World, chat: Chat) -> None:
    trade = await agreed(world, "telegram", chat)
    tom = trade.buyer
    await tom.presses("Send a message")
    if isinstance(tom, OnSlack):
        await tom.types(words=NUMBER)  # a window tells what is typed before it is sent
    await tom.answers(words=NUMBER)
    await tom.sees("Phone •••, Tor 5", "contacts stay hidden until both have signed")
    await (tom.answers_again(NUMBER) if isinstance(tom, OnTelegram) else tom.sends())
    await trade.seller.sees("Phone •••, Tor 5")
    await trade.sign()
    await tom.presses("Send a message")
    await tom.answers(words=f"{NUMBER}.")
    await trade.seller.sees(f"{NUMBER}.")


async def test_a_double_tap_repeats_why_a_form_was_not_taken_and_says_that_it_was(world: World) -> None:
    trade = await agreed(world, "telegram", "slack")
    rasa = trade.seller
    assert isinstance(rasa, OnTelegram)
    await trade.sign()
    await trade.pay()
    await rasa.presses("dispatch")
    await rasa.answers(truck="KAU 123", eta="31 Dec 2030")
    await rasa.sees("31 Dec 2030", "✎ Truck")
    send = await rasa.button("Report dispatch")
    await asyncio.gather(rasa.presses_anyway(send), rasa.presses_anyway(send))
    await rasa.sees("is too far away")
    await rasa.presses_anyway(send)
    await asyncio.sleep(0.5)
    await rasa.sees("is too far away")
    await rasa.answers(eta="tomorrow")
    await rasa.sees("✎ Truck")
    send = await rasa.button("Report dispatch")
    await rasa.presses_anyway(send)
    await trade.buyer.sees("sent lot 1.")
    await rasa.presses_anyway(send)
    await rasa.sees("You have done this already.")


async def test_sentence_fills_the_lines_it_answers_and_names_the_rest(world: World) -> None:
    rasa, tom = await world.on_slack("Rasa"), await world.on_telegram("Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await tom.says("/find pellets near Kaunas")
    await tom.presses("Make an offer")
    await tom.says("180 €/t, 2 lots, 60 t, by moonlight")
    await tom.sees("Lots: 2", "Quantity: 60 t", "Price: 180.00", "Not written down: “by moonlight”")
    await tom.says("3 lots")
    await tom.sees("Written down: Lots.", "Lots: 3", "Quantity: 60 t")
    await tom.says("5 parsecs")
    await tom.sees("Not written down: “5 parsecs”", "All questions are answered")


async def test_a_line_keeps_its_answer_until_there_is_another(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/sell 200 t A1 pellets 215.50 €/t DAP Kaunas next week")
    await rasa.presses("✎ Price")
    await rasa.presses("Keep 215.50")
    await rasa.sees("Price: 215.50", "✎ Price")
    await rasa.presses("✎ Price")
    await rasa.presses("Cancel")
    await rasa.presses("Continue")
    await rasa.sees("Price: 215.50", "✎ Price")


async def test_a_form_about_what_has_moved_on_is_closed_and_the_deal_is_shown(world: World) -> None:
    trade = await agreed(world, "telegram", "slack")
    rasa, tom = trade.seller, trade.buyer
    assert isinstance(rasa, OnTelegram)
    await trade.sign()
    await trade.pay()
    await trade.dispatch()
    await rasa.presses("arriv")
    await rasa.says("99 t")  # the only line that a weight can be the answer of
    await rasa.sees("Written down: Measured", "99 t")
    send = await rasa.button("Report arrival")
    await trade.arrive()
    await rasa.presses_anyway(send)
    await rasa.sees("is closed: what it is about has changed since you opened it")
    assert "[Report arrival]" not in (await rasa.screen()).rpartition("is closed: what it is about")[2]
    await rasa.says("/drafts")
    await rasa.sees("Nothing is put aside.")
    await confirms(tom, "Accept")


async def test_default_that_is_published_is_shown_before_and_can_be_changed(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/sell 200 t Holzpellets ENplus A1 215.50 €/t DAP Kaunas next week")
    await rasa.sees("Smallest order: 24 t", "Certificates: ENplus", "✎ Smallest order", "✎ Certificates")
    await rasa.presses("✎ Smallest order")
    await rasa.says("10 t")
    await rasa.sees("Smallest order: 10 t")
    await rasa.sends()
    await rasa.sees("Published.", "Smallest order: 10 t")


async def test_a_window_shows_what_is_in_it_as_its_reader_writes_it(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    await Trade(world, rasa, tom).list("/sell 200 t A1 pellets 215.50 €/t DAP Kaunas next week")
    await tom.says("/language de")
    await tom.says("/find pellets near Kaunas")
    await tom.presses("Gebot machen")
    window = await tom.form("window")
    entries = {
        block["block_id"]: block["element"].get("initial_value", "")
        for block in window["blocks"]
        if block["type"] == "input"
    }
    assert entries["price"].startswith("215,50 ")
    assert "20" not in entries["window"][:2], entries["window"]  # no "2026-11-23"
    await tom.sends()
    await rasa.sees("215.50")


async def test_a_window_for_goods_has_the_smallest_order(world: World) -> None:
    tom = await world.on_slack("Tom")
    await tom.says("/sell A1 pellets")
    await tom.sees("Smallest order")


async def test_a_window_warns_of_nothing_that_has_been_put_right(world: World) -> None:
    rasa = await world.on_slack("Rasa")
    await rasa.says("/sell 200 t A1 pellets 215.50 €/t DAP Kaunas")
    await rasa.types(window="yesterday")
    await rasa.types(product="Wood pellets")  # other fields depend on it: the window is redrawn
    await rasa.sees("⚠️")
    await rasa.types(window="tomorrow")

    async def no_warning() -> bool:
        return "⚠️" not in await rasa.screen()

    await until(no_warning, lambda: "a warning that stays")
    await rasa.sends()
    await rasa.sees("Published. Buyers can find it now")
