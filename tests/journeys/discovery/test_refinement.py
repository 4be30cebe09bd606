"""Words after a list refine that list (B3.1, C2.3): a second sentence neither loses nor invents anything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys.experts import advises
from tests.journeys.market import CHATS, Chat, ChatUser, World, day_for


async def test_the_next_words_keep_what_was_said(tom: ChatUser) -> None:
    await tom.says("/find pellets near Kaunas within 400 km")
    await tom.says("only A1 up to 300")
    await tom.sees("Understood: Wood pellets, ENplus A1, up to 300.00 EUR/t, Kaunas, 400 km\n")
    await tom.says("any grade")
    await tom.sees("Understood: Wood pellets, up to 300.00 EUR/t, Kaunas, 400 km\n")
    await tom.says("and briquettes?")
    await tom.sees("Understood: Wood briquettes, up to 300.00 EUR/t, Kaunas, 400 km\n")
    await tom.says("and pellets?")
    await tom.says("remove the price")
    await tom.sees("Understood: Wood pellets, Kaunas, 400 km\n")
    await tom.says("straw pellets in Poland")  # a sentence of its own
    await tom.sees("Understood: Straw pellets, Poland\n")


async def test_exclusions_add_up_until_one_is_wanted(tom: ChatUser) -> None:
    await tom.says("/find pellets")
    await tom.says("not in Poland")
    await tom.says("without FSC")
    await tom.sees("Understood: Wood pellets, without Poland, FSC\n")
    await tom.says("ohne A2")
    await tom.sees("Understood: Wood pellets, without Poland, FSC, ENplus A2")
    await tom.says("only FSC")
    seen = await tom.sees("Understood: Wood pellets, FSC, without Poland")
    assert "without Poland, FSC" not in seen.rpartition("Understood: ")[2]


async def test_packings_other_goods_and_kinds_of_them_are_left_out_too(tom: ChatUser) -> None:
    await tom.says("/find pellets")
    await tom.says("no big bags")
    await tom.sees("Understood: Wood pellets, without big bags\n")
    await tom.says("/find pellets without oak, no straw")
    await tom.sees("without oak, Straw bales, Straw pellets\n")


async def test_more_is_the_next_page(tom: ChatUser) -> None:
    await tom.says("/find pellets")
    await tom.sees("7 listings found", "1–5 of 7")
    await tom.says("show me more, please")
    await tom.sees("6–7 of 7")


async def test_question_for_buyers_shows_requests(tom: ChatUser) -> None:
    for sentence in ("who needs pellets near Riga?", "Wer sucht Pellets bei Riga?", "кому потрібні пелети"):
        await tom.says(sentence)
        await tom.sees("Nobody asks for that just now")
    await tom.says("100 t, FSC")
    await tom.sees("Nobody asks for that just now", "100 t")
    await tom.says("and briquettes?")
    await tom.sees("Nobody asks for that just now", "Understood: Wood briquettes, FSC, 100 t")
    await tom.says("open requests")
    seen = await tom.sees("Open requests")
    assert "listings found" not in seen


@pytest.mark.parametrize("seeks", CHATS)
async def test_a_day_beside_a_consultant_is_of_their_times(world: World, seeks: Chat) -> None:
    alex, sarah = await world.on_telegram("Alex"), await world.on(seeks, "Sarah")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    day = (await world.now() + timedelta(days=3)).date()
    await sarah.says("/place Kaunas")
    await sarah.says("/find pellets")
    await sarah.says("/experts boiler")
    await sarah.sees("1 consultant fits")
    await sarah.presses("Times and profile")
    await sarah.says(f"{day:%A} at 10")
    await sarah.sees(f"[{day_for(sarah, day)} 10:00]", "Propose my own times")
    await sarah.says("under 400 an hour, in English")
    await sarah.sees("1 consultant fits", "speaks English", "at 10:00", "up to €400.00 an hour", "“boiler”")
    await sarah.says("at 11")
    await sarah.sees("1 consultant fits", "at 11:00")


@pytest.mark.parametrize("seeks", CHATS)
async def test_goods_that_were_looked_for_do_not_catch_a_call_for_advice(world: World, seeks: Chat) -> None:
    alex, sarah = await world.on_telegram("Alex"), await world.on(seeks, "Sarah")
    await advises(alex, "SURE and SBP audits", "Certification")
    await sarah.says("/find 100 t pellets")
    await sarah.says("Hilfe bei SURE Zertifizierung")
    await sarah.sees("1 consultant fits")
    await sarah.says("/find 100 t pellets")
    await sarah.says("who can help me with an SBP audit in English")
    await sarah.sees("1 consultant fits", "speaks English")
