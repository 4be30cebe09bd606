"""Lists of results on each platform, and paging through them: short enough for a phone, and without repetition."""

from __future__ import annotations

from lab.people import OnTelegram
from tests.journeys.market import ChatUser


async def test_a_list_is_gone_through_by_numbers_that_go_on(tom: ChatUser) -> None:
    await tom.says("/find A1 pellets near Kaunas")
    await tom.presses("✎ Kaunas")
    await tom.presses("Anywhere")
    await tom.sees("7 listings found", "1–5 of 7")
    await tom.presses("Show more")
    await tom.sees("7 listings found", "6–7 of 7", "[Back to the top]")
    if isinstance(tom, OnTelegram):
        await tom.sees(
            "\n6. Wood pellets, ENplus A1\n", "\n7. Wood pellets, ENplus A1\n", "[6]\n[7]\n[Back to the top]"
        )
        await tom.presses("7")
        await tom.sees("This listing stands until", "[Buy now]", "[Make an offer]", "[Ask the seller]")
    await tom.presses("Back to the top")
    await tom.sees("1–5 of 7")
    await tom.says("/find A1 pellets near Riga")
    await tom.sees("2 listings found")
    assert "2 of 2" not in await tom.screen()


async def test_a_result_says_nothing_twice(tom: ChatUser) -> None:
    await tom.says("/find 50 t A1 pellets near Riga up to 205 eur")
    screen = await tom.sees("1 listing found", "Latgran SIA", "0 km away")
    found = screen[screen.rfind("1 listing found") :]
    said = found[found.index("\n", found.index("Understood:")) : found.index("[")]
    for each in ("Wood pellets", "ENplus A1", "Riga", " km", "500 t"):
        assert said.count(each) == 1, said
    await tom.presses("Buy now")  # a single result has all its buttons
    await tom.sees("at 199.00 EUR/t, DAP Riga, Latvia")


async def test_a_result_is_told_by_what_a_buyer_decides_on(tom: ChatUser) -> None:
    await tom.says("/find 50 t A1 pellets near Riga up to 205 eur")
    screen = await tom.sees("1 listing found", "199.00 EUR/t, about 43.42 EUR/MWh", "0 km away · ", "500 t, from 25 t")
    found = screen[screen.rfind("1 listing found") :]
    assert "· ENplus · Latgran SIA\n" in found
    for noise in ("new here", "listed in the last days", "Price: "):
        assert noise not in found
    await tom.says("/language lt")
    await tom.says("/find medienos granulės prie Rygos iki 205 eur")
    await tom.sees("500 t, nuo 25 t")


async def test_search_without_goods_asks_for_goods_and_place(tom: ChatUser) -> None:
    await tom.says("/find")
    await tom.sees("What are you looking for, and where to?", "[Wood pellets · 2", "[All listings, newest first]")
    await tom.presses("Wood pellets ·")
    await tom.sees("7 listings found", "Understood: Wood pellets", "Cheapest first\n")
    await tom.says("near Riga")
    await tom.sees("2 listings found", "Wood pellets, Riga")
    await tom.says("/find")
    await tom.presses("All listings")
    await tom.sees("7 listings found", "Newest first\n")
    await tom.says("/place Riga")
    await tom.sees("Your place is Riga")
    await tom.says("/find")
    await tom.sees("Distances are from Riga.")
    await tom.presses("Wood pellets ·")
    await tom.sees("Nearest first\n", "0 km away")


async def test_meaning_of_a_grade_is_on_the_card(tom: ChatUser) -> None:
    await tom.says("/find 50 t A1 pellets near Riga up to 205 eur")
    await tom.presses("Open")
    await tom.sees(
        "ENplus A1: a class of the pellet certification ENplus, moisture ≤ 10 %, ash ≤ 0.7 %, "
        "calorific value ≥ 4.6 kWh/kg"
    )


async def test_a_bare_number_is_another_price_or_distance(tom: ChatUser) -> None:
    await tom.says("/find A1 pellets near Kaunas between 190 and 220 eur")
    await tom.presses("✎ from 190.00 EUR/t")
    await tom.sees("Choose another value", "You can also just write the number.")
    await tom.says("210")
    await tom.sees("up to 220.00 EUR/t, from 210.00 EUR/t, Kaunas, 150 km")
    await tom.says("235,5")  # the higher of two prices, where none was chosen
    await tom.sees("3 listings found", "up to 235.50 EUR/t, from 210.00 EUR/t")
    await tom.presses("✎ Kaunas, 150 km")
    await tom.sees("You can also just write the number.")
    await tom.says("300")
    await tom.sees("up to 235.50 EUR/t, from 210.00 EUR/t, Kaunas, 300 km")
    await tom.presses("✎ Kaunas, 300 km")
    await tom.presses("Back to the list")
    await tom.says("215")
    await tom.sees("up to 215.00 EUR/t, from 210.00 EUR/t, Kaunas, 300 km")
    await tom.presses("✎ up to 215.00 EUR/t")
    await tom.says("0")
    await tom.sees("The price must be more than zero")
    await tom.presses("Back to the list")
    await tom.says("2")  # no price of anything, after one of 215
    await tom.sees("I did not understand that.")


async def test_a_town_is_called_as_its_reader_calls_it(tom: ChatUser) -> None:
    for language, sentence, place in (
        ("de", "Holzpellets bei Wien", "Wien"),
        ("de", "Holzpellets nahe Kaunass", "Kaunas"),  # with a slip: as it is spelt
        ("fr", "granulés de bois près de Genève", "Genève"),
        ("pl", "pelet drzewny koło Warszawy", "Warszawa"),
        ("lt", "medienos granulės prie Kauno", "Kaunas"),  # another case of it is no name
        ("en", "wood pellets near Wien", "Vienna"),
    ):
        await tom.says(f"/language {language}")
        await tom.says(f"/find {sentence}")
        await tom.sees(f", {place}, 150 km", f"✎ {place}, 150 km")
    await tom.says("/language uk")
    await tom.says("/find деревні пелети біля Lviv")
    await tom.sees(", Львів, 150 км")
    await tom.says("/language de")
    await tom.says("/find Holzpellets A1 im Umkreis von 30 km um Genf")
    await tom.sees("30 km um Genf", "Genf, 30 km")
