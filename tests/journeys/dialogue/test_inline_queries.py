"""Inline search on a phone: results chosen while typing, in the chat with us and elsewhere."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.listings import stocked
from tests.journeys.market import World


@pytest.fixture
async def tom(world: World) -> OnTelegram:
    await stocked(world)
    tom = await world.on_telegram("Tom")
    await tom.says("/start")
    await tom.sees("Welcome, Tom")
    return tom


async def test_listing_chosen_in_the_chat_with_us_is_shown(tom: OnTelegram) -> None:
    [offered] = await tom.searches_inline("A1 pelets near Riga under 205")
    await tom.chooses(offered)
    await tom.sees("Latgran SIA", "This listing stands until", "[Buy now]", "[Make an offer]", "[Send to a chat]")

    await tom.says("/sell A1 pellets 215 €/t DAP")
    await tom.sees("How much do you have?", "⌨️ 0 t")
    shown, chosen = await tom.message("This listing stands until"), await tom.message("Latgran SIA", sender="person")
    await tom.does("forward", message_id=chosen["id"], **{"from": tom.id})
    await tom.chooses(offered)  # beside the form, which neither of them answers
    await tom.says("200 t")
    await tom.sees("Quantity: 200 t", "At which place")
    assert (await tom.message("This listing stands until"))["id"] > shown["id"] + 3
    assert "I do not understand" not in await tom.screen()


async def test_inline_results_are_in_the_chosen_language(tom: OnTelegram) -> None:
    await tom.says("/language de")
    await tom.sees("Deutsch")
    assert (await tom.types_inline("qwertz uiop"))["button"]["text"] == "Gerade passt nichts"
    [offered] = await tom.searches_inline("A1 pelets near Riga under 205")
    assert offered["title"].startswith("Holzpellets")
