"""The first ten minutes of a user without instructions: they write what they want, in their own words."""

from __future__ import annotations

import re

from lab.people import OnSlack
from tests.journeys.market import ChatUser, World


async def test_a_sentence_behind_the_command_is_understood_as_one_without_it(tom: ChatUser) -> None:
    await tom.says("/pellets near Kaunas")
    await tom.sees("Understood: Wood pellets", "Kaunas")


async def test_user_who_wants_to_sell_is_asked_for_a_listing(world: World) -> None:
    tom = await world.on_telegram("Tom")
    await tom.says("хочу продати 200 т пелет A1 по 200 євро Львів")
    await tom.sees("New listing", "200.00 EUR/t", "200 t")


async def test_seller_who_is_asked_for_a_problem_is_asked_for_a_listing(world: World) -> None:
    tom = await world.on_telegram("Tom")
    await tom.says("/experts")
    await tom.says("I have 300 t of pellets to sell")
    await tom.sees("New listing", "300 t")


async def test_a_question_to_the_market_itself_leads_to_its_page_and_on(tom: ChatUser) -> None:
    await tom.says("ile to kosztuje?")
    await tom.sees("2.5 % of what is released to a seller", "[Sell goods]")
    await tom.says("how does payment work")
    await tom.sees("one protected payment for the whole deal", "[Help with a payment]")
    await tom.says("how can I sell pellets?")
    await tom.sees("A listing stands for 60 days", "[Sell goods]")
    await tom.says("kontakt z obsługą")
    await tom.sees("an operator looks at it", "[Help with a payment]")
    await tom.says("чи можна українською?")
    await tom.sees("Which language do you read best?", "[українська]")


async def test_form_understands_a_wish_to_stop_and_a_question_to_us(world: World) -> None:
    tom = await world.on_telegram("Tom")
    await tom.says("/sell 200 t wood pellets")
    await tom.sees("Which grade is it?")
    await tom.says("I want to talk to a human")
    await tom.sees("an operator looks at it", "Which grade is it?")
    await tom.says("speak polish")
    await tom.sees("Which language do you read best?", "Which grade is it?")
    await tom.says("anuluj")
    await tom.sees("“New listing” is put aside, not sent.")
    await tom.says("/sell")
    await tom.sees("What do you sell?")
    await tom.says("Stop")
    await tom.sees("Discarded.")


async def test_another_language_that_is_written_is_offered_once(tom: ChatUser) -> None:
    await tom.says("szukam peletu koło Kowna")
    await tom.sees("Understood: Wood pellets", "Mówię też po polsku.", "[Po polsku]")
    await tom.says("шукаю пелети недорого")
    assert "Українською" not in await tom.sees("cheapest first")
    await tom.presses("Po polsku")
    await tom.sees("Od teraz piszę do Ciebie po polsku.")


async def test_goods_that_a_sentence_may_mean_are_offered_first(world: World) -> None:
    tom = await world.on_telegram("Tom")
    await tom.says("sell 300 stacked m3 of wood chips 25 PLN/stacked m3")
    offered = re.findall(r"\[(.+?)\]", await tom.sees("What do you sell?"))
    assert {"Dry wood chips", "Forest chips"} == set(offered[:2])
    await tom.presses(offered[0])
    assert "stacked_m3" not in await tom.sees("Quantity", "300 stacked m³")


async def test_quiet_hours_are_found_and_said_in_one_breath(tom: ChatUser) -> None:
    await tom.says("/settings")
    await tom.sees("Settings", "Language", "English", "Time zone", "Quiet hours", "[My place]", "[Change language]")
    await tom.says("/place Kaunas")
    await tom.says("/quiet 22-7")
    await tom.sees("10:00\u202fPM to 7:00\u202fAM" if isinstance(tom, OnSlack) else "22:00 to 07:00")
    await tom.says("/help")
    await tom.presses("All commands")
    await tom.sees("quiet", "settings")


async def test_the_form_for_quiet_hours_shows_those_that_are_set_and_reads_them_as_they_are_said(world: World) -> None:
    tom = await world.on_telegram("Tom")
    await tom.says("/place Warszawa")
    await tom.says("/quiet")
    await tom.sees("21:00 to 07:00 (Warsaw)", "From when on should I be quiet?")
    await tom.says("10 wieczorem")
    await tom.sees("Until when?")
    await tom.says("7 rano")
    await tom.sees("22:00 to 07:00 (Warsaw)")
    await tom.says("/quiet")
    await tom.says("21:30 - 6")
    await tom.sees("Written down: Quiet from and Until.")
    await tom.presses("Keep them")
    await tom.sees("21:30 to 06:00 (Warsaw)")
