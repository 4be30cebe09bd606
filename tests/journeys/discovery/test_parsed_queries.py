"""Parsed queries (B3.1): with typos, from a country or not from it, and with words that match no goods."""

from __future__ import annotations

from tests.journeys.market import ChatUser, World
from tests.journeys.trade_steps import SENTENCE, Trade


async def test_units_and_limits_are_understood_with_a_slip_too(tom: ChatUser) -> None:
    await tom.says("/find 700 tones pelets udner 230 eruo/tonn witin 80 klometers of Kaunass unitl 15 Decmber")
    await tom.sees(
        "Understood: Wood pellets, 700 t, up to 230.00 EUR/t, Kaunas, 80 km, "
    )  # and the days, as each chat writes them


async def test_a_distance_is_from_my_place_where_none_is_named(world: World, tom: ChatUser) -> None:
    await Trade(world, await world.on_telegram("Rasa"), tom).list(SENTENCE)
    await tom.says("/find pellets within 100 km")
    await tom.sees("100 km from where?")
    await tom.says("/find pellets")
    await tom.sees("Understood: Wood pellets\n")
    await tom.says("within 60 miles")
    await tom.sees("97 km from where?")
    await tom.says("/find pellets near Riga")
    await tom.says("within 100 km")
    await tom.sees("Understood: Wood pellets, Riga, 100 km")
    await tom.says("/find pellets near Xyzzyburg")
    await tom.sees("I do not know a place called Xyzzyburg.")
    await tom.says("/find pellets near Riga or Vilnius")
    await tom.sees("Understood: Wood pellets, Riga, 150 km", "I look around one place at a time: Riga. For Vilnius ask")
    await tom.says("/place Kaunas")
    await tom.sees("Your place is Kaunas")
    await tom.says("/find pellets within 100 km")
    await tom.sees("Understood: Wood pellets, Kaunas, 100 km")
    await tom.says("/find pellets not from Lithuania")
    seen = await tom.sees("Understood: Wood pellets, without Lithuania", "DAP Riga, Latvia")
    assert ", Lithuania" not in seen.rpartition("Understood: ")[2]
    await tom.says("/find pellets but not Riga")
    seen = await tom.sees("Understood: Wood pellets, without Riga", "Kaunas, Lithuania")
    assert "Riga, Latvia" not in seen.rpartition("Understood: ")[2]
    await tom.says("/find pellets in Portugal")
    await tom.sees("Nothing fits right now", "Portugal: none; 8 without it.")
    await tom.presses("From anywhere (8)")
    await tom.sees("8 listings found")


async def test_the_amounts_and_days_that_there_are_are_told(tom: ChatUser) -> None:
    await tom.says("/find 5 t pellets")
    await tom.sees("Nothing fits right now", "Nobody sells as little as 5 t; 7 from 25 t on.")
    await tom.says("/find 9000 t pellets")
    await tom.sees("Nobody has 9,000 t at once; 7 with up to 500 t.")
    await tom.says("/find A1 or A2 pellets tomorrow")
    await tom.sees("7 listings found", "Understood: Wood pellets, ENplus A1 / ENplus A2, ")
    await tom.presses("✕ ENplus A1 / ENplus A2")
    await tom.sees("Understood: Wood pellets, ")


async def test_unknown_word_is_told_and_is_no_filter(tom: ChatUser) -> None:
    await tom.says("/find pellets Narnia")
    await tom.sees("7 listings found", "Understood: Wood pellets\n", "Not looked at: “Narnia”")


async def test_a_limit_without_a_number_is_told_and_all_else_is_looked_for(tom: ChatUser) -> None:
    await tom.says("pellets price under banana")
    await tom.sees(
        "7 listings found", "Understood: Wood pellets\n", "Not looked at: “price under banana”. A limit needs a"
    )
    await tom.says("moisture below banana%")
    seen = await tom.sees("Not looked at: “moisture below banana%”. A limit needs a number.")
    assert "Understood: Wood pellets\n" in seen.rpartition("listings found")[2]
    assert "consultant" not in seen


async def test_moisture_and_ash_are_compared_with_what_grades_promise(tom: ChatUser) -> None:
    await tom.says("/find pellets with ash below 0.7%")
    await tom.sees("Understood: Wood pellets, ash ≤ 0.7 %", "Measured by what the grade promises")
    await tom.says("/find pellets over 17 MJ/kg")
    await tom.sees("Nothing fits right now", "calorific value ≥ 17 MJ/kg: none; 7 without it.")
    await tom.presses("Any moisture, ash and the like (7)")
    await tom.sees("7 listings found")
    await tom.says("moisture below 10%")
    await tom.sees("Understood: Wood pellets, moisture ≤ 10 %")
    await tom.says("/requests pellets moisture below 10%")
    await tom.sees("Not looked at here: moisture ≤ 10 %")


async def test_question_about_the_cost_of_goods_shows_the_market(tom: ChatUser) -> None:
    await tom.says("how much do pellets cost?")
    seen = await tom.sees("Wood pellets: ", "Median")
    assert "Not looked at" not in seen
    await tom.says("/market banana")
    await tom.sees("I know no goods called “banana”.", "Which goods shall I look at?")


async def test_one_kind_of_goods_at_a_time_with_its_own_amount(tom: ChatUser) -> None:
    await tom.says("/find pellets A1 100 t and briquettes 30 t")
    await tom.sees(
        "Understood: Wood pellets, ENplus A1, 100 t", "One kind of goods at a time: pellets. Write briquettes"
    )
    await tom.says("/find pellets max 5000 SEK per MWh")
    await tom.sees("220.00 EUR/t, about 48.00 EUR/MWh, about ", " SEK/MWh")


async def test_where_nothing_is_on_offer_sellers_are_asked_with_what_was_understood(
    world: World, tom: ChatUser
) -> None:
    await tom.says("/find 300 t biochar under 900 eur near Kaunas")
    await tom.sees("Nothing fits right now", "Understood: Biochar, 300 t")
    await tom.presses("Ask for quotes")
    await tom.fills(grade="No grade", incoterm="DAP", window="next month", closes="tomorrow")
    await tom.sees("Your request is out.", "300 t", "900.00 EUR/t", "Kaunas")


async def test_monthly_deliveries_are_asked_for_as_quotes(tom: ChatUser) -> None:
    """A listing is bought from once."""
    await tom.says("We need 300 t of A1 pellets every month DAP Kaunas")
    await tom.sees("“every month”: goods that shall come in turn are asked for as quotes.")
    await tom.presses("Ask for quotes")
    await tom.fills(window="January to June 2028", closes="in 3 days", lots="6")
    await tom.sees("Your request is out.", "300 t", "Lots: 6")


async def test_text_typed_in_the_wrong_layout_is_read_by_its_keys(tom: ChatUser) -> None:
    await tom.says("gtktnb ,skz Rfeyfcf")
    await tom.sees("Read as: пелети біля Каунаса", "4 listings found", "Understood: Wood pellets, Kaunas, 150 km")
    await tom.says("/find Ф1 зуддуеі")
    await tom.sees("Read as: A1 pellets", "Understood: Wood pellets, ENplus A1")
    await tom.says("/market зуддуеі")
    await tom.sees("Read as: pellets", "Wood pellets")
    await tom.says("/sell 200 n gtktn")
    await tom.sees("Read as: 200 т пелет")


async def test_goods_that_are_not_traded_here_are_named(tom: ChatUser) -> None:
    await tom.says("cat litter pellets")
    await tom.sees("“cat litter pellets” is not among the goods that are traded here.")
    await tom.says("/sell 200 t bagasse pellets")
    await tom.sees("“bagasse pellets” is not among the goods that are traded here.", "200 t")
