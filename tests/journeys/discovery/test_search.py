"""Searching and being told (A6.1, A6.2, B3.1, B9.3), and the market without names (B3.2), on both platforms."""

from __future__ import annotations

from decimal import Decimal

from lab.people import OnSlack, OnTelegram, until
from tests.journeys.listings import stocked, withdrawn
from tests.journeys.market import ChatUser, World
from tests.journeys.trade_steps import SENTENCE, Trade


async def sees_in_order(person: ChatUser, *texts: str) -> str:
    """Wait until these texts stand one after the other in the newest list. Returns it."""
    shown = ""

    async def so() -> bool:
        nonlocal shown
        screen = await person.screen()
        shown = screen[max(0, screen.rfind(" found\n") - 12) :]
        places = [shown.find(text) for text in texts]
        return -1 not in places and places == sorted(places)

    await person.browser.until(so, lambda: f"{person.name} does not see {texts} in this order but\n{shown}")
    return shown


async def test_a_search_is_changed_by_taps_and_words(world: World, tom: ChatUser) -> None:
    await tom.says("/find 50 t pelets under 240 eur near Kaunas")
    await tom.sees("4 listings found", "Understood: Wood pellets, 50 t, up to 240.00 EUR/t, Kaunas, 150 km")
    await tom.sees("215.00 EUR/t, about 46.91 EUR/MWh", "0 km away", "Girios UAB")

    await tom.presses("Cheapest first")
    await sees_in_order(tom, "205.00", "215.00", "220.00", "225.00", "[Nearest first]", "[Best fit first]")
    await tom.presses("Best fit first")
    await sees_in_order(tom, "0 km away", "205.00", "[Cheapest first]")
    await tom.says("cheaper, please")
    await sees_in_order(tom, "205.00", "215.00", "[Best fit first]")

    await tom.presses("✎ Kaunas, 150 km")
    await tom.sees("Choose another value, or leave this part of your search out.")
    await tom.presses("Within 400 km")
    await tom.sees("7 listings found", "Kaunas, 400 km", "about 205.37 EUR/t", "European Central Bank", "[Show more]")
    await tom.presses("Show more")
    await sees_in_order(tom, "7 listings", "225.00", "[Back to the top]")
    await tom.presses("Back to the top")
    await sees_in_order(tom, "7 listings", "199.00", "[Show more]")
    for seller in ("Girios UAB", "Baltyk sp. z o.o."):
        await withdrawn(world, seller, from_price=Decimal(220))
    await tom.presses("Show more")  # what came next is gone: no reason to say that nothing fits
    await sees_in_order(tom, "5 listings", "199.00", "215.00")

    await tom.says("under 206 eur")
    await tom.sees("3 listings found", "up to 206.00 EUR/t")
    await tom.presses("✕ 50 t")
    await tom.sees("Understood: Wood pellets, up to 206.00 EUR/t, Kaunas, 400 km")
    await tom.says("200 t wood chips")  # other goods, though two may be meant: what pellets may cost is said of pellets
    await tom.sees("Which goods do you mean?", "Understood: Forest chips / Dry wood chips, 200 t\n")


async def test_a_sentence_says_in_which_order(tom: ChatUser) -> None:
    await tom.says("newest listings")
    await tom.sees("7 listings found", "Newest first\n", "[Best fit first]")
    for sentence in (
        "cheapest A1 pellets near Kaunas",
        "günstigste Holzpelets bei Kaunas",
        "najtańszy pelet drzewny koło Kowna",
    ):
        await tom.says(f"/find {sentence}")
        await sees_in_order(tom, "Kaunas, 150 km", "Cheapest first\n", "205.00", "215.00", "220.00", "[Best fit first]")
        await tom.presses("Best fit first")
        await sees_in_order(tom, "0 km away", "205.00", "[Cheapest first]")
    await tom.says("the cheapest offers, please")
    await sees_in_order(tom, "Cheapest first\n", "205.00", "215.00")
    await tom.says("under 218 eur, nearest first")
    await sees_in_order(tom, "up to 218.00 EUR/t", "Nearest first\n", "215.00", "205.00", "[Cheapest first]")
    await tom.presses("Tell me of new ones")
    await tom.sees("Saved. I tell you as soon as something new fits.")

    await tom.says("/find nearest pellets")  # to nowhere: as usual, and a place can be told
    await tom.sees("7 listings found", "[Cheapest first]", "[Newest first]", "[Set my place]")
    await tom.says("/place Riga")
    await tom.sees("Your place is Riga, Latvia.")
    await tom.says("/find nearest pellets")
    await sees_in_order(tom, "Nearest first\n", "0 km away", "228 km away", "261 km away")
    await tom.says("/find newest listings of pellets")
    await sees_in_order(tom, "Understood: Wood pellets\nNewest first\n", "[Nearest first]", "[Best fit first]")
    await tom.says("/find straw pellets, cheapest")
    await tom.sees("Nothing fits right now")


async def test_a_compound_is_searched_for_by_its_last_part(tom: ChatUser) -> None:
    await tom.says("Kraftwerkspellets")
    await tom.sees("7 listings found", "Understood: Wood pellets")


async def test_trucks_are_tonnes_that_everybody_sees(world: World, tom: ChatUser) -> None:
    for sentence, tonnes in (
        ("two trucks of A1 pellets near Kaunas", 48),
        ("eine LKW-Ladung A1 Holzpelets bei Kaunas", 24),
        ("trys vilkikai A1 medienos granulių prie Kauno", 72),
    ):
        await tom.says(f"/find {sentence}")
        await tom.sees(f"Understood: Wood pellets, ENplus A1, {tonnes} t, Kaunas, 150 km", f"✕ {tonnes} t")
    await tom.presses("✕ 72 t")
    await tom.sees("Understood: Wood pellets, ENplus A1, Kaunas, 150 km")

    rasa = await world.on_telegram("Rasa")
    await rasa.says("/sell 2 truckloads of A1 pellets 215 €/t DAP Kaunas next week")
    await rasa.sees("48 t", "[Publish]")
    await tom.says("/request dwie ciężarówki peletu A1 DAP Gdansk next week")
    await tom.fills(closes="tomorrow")
    await tom.sees("Your request is out.", "48 t")


async def test_there_is_no_dead_end(tom: ChatUser) -> None:
    await tom.says("/find A1 pellets within 30 km of Tallinn")
    await tom.sees("Nothing fits right now", "None within 30 km of Tallinn; 7 farther away.")
    await tom.presses("Anywhere")
    await tom.sees("7 listings found")
    await tom.says("/find A1 pellets within 100 km of Klaipeda")
    await tom.sees("None within 100 km of Klaipėda; 5 within 230 km.")
    await tom.presses("Within 230 km")
    await tom.sees("5 listings found")
    await tom.says("/find A1 pellets under 100 eur near Riga")
    await tom.sees("None up to 100.00 EUR/t;", "on.", "[Above 100.00 EUR/t too")
    await tom.says("/find A1 pellets under 9000 UAH near Riga")  # the central bank has no rate for it
    await tom.sees("2 listings found", "I have no exchange rate for UAH", "not compared with your limit")
    await tom.says("/find 90000 t A1 pellets near Riga")
    await tom.sees("Nobody has 90,000 t at once; 2 with up to 500 t.", "[Any quantity")
    await tom.says("/find chips")
    await tom.sees("Which goods do you mean?", "[Show all of them]")
    await tom.says("/find 🎄🎄")
    await tom.sees("I could not make out what you look for")
    await tom.says("/find chips")
    await tom.says("/find qwertz uiop")
    await tom.sees("I could not make out what you look for", "For example: 200 t A1 pellets")


async def test_eleven_languages_are_one_market(world: World) -> None:
    await stocked(world)
    tom = await world.on_telegram("Tom")
    for sentence in (
        "pellet drzewny A1 koło Rygi do 205 eur",
        "Holzpelets unter 205 eur bei Riga",
        "medienos granulės prie Rygos iki 205 eur",
    ):
        await tom.says(sentence)
        await tom.sees("Understood: Wood pellets", "up to 205.00 EUR/t, Riga, 150 km", "199.00 EUR/t")
        await tom.says("/find straw pellets")
        await tom.sees("Nothing fits right now")


async def test_a_search_is_saved_told_of_explained_and_muted(world: World, tom: ChatUser) -> None:
    rasa = await world.on_telegram("Rasa")
    await tom.says("/find A1 pellets near Kaunas")
    await tom.presses("Tell me of new ones")
    await tom.sees("Saved. I tell you as soon as something new fits.", "Told: At once")
    await tom.sees("at most 6 messages a day, 10 minutes apart")
    await tom.presses("Change quiet hours")
    await tom.answers(begins="3:00", ends="3:00")
    await tom.sees("None (")

    await Trade(world, rasa, tom).list(SENTENCE)
    await tom.sees("A new listing for you", "You look for: A1 pellets near Kaunas", "· Rasa\n")
    await tom.sees("Understood: Wood pellets, ENplus A1, Kaunas, 150 km")
    await tom.presses("Why this?")
    await tom.sees("You saved this search on", "and a listing that fits it was found on")
    await tom.sees("Of what you look for it meets: Wood pellets, exactly ENplus A1, 0 km from Kaunas.")
    await tom.presses("Mute")
    await tom.sees("Muted: I tell you nothing of this search until you choose when to hear again.")

    if isinstance(tom, OnSlack):
        await tom.home()
        await tom.sees("Saved searches")
    await tom.says("/alerts")
    await tom.sees("My saved searches", "Told: Muted")
    await tom.presses("Open")
    await tom.presses("Delete")
    await tom.sees("Deleted. You hear no more of it.")
    await tom.says("/alerts")
    await tom.sees("You have no saved searches yet.")


async def test_the_soonest_search_tells_and_why_says_what_fits(world: World, tom: ChatUser) -> None:
    rasa = await world.on_telegram("Rasa")
    await tom.says("/find pellets")
    await tom.presses("Tell me of new ones")
    await tom.presses("Mondays at 8:00")
    await tom.sees("Told: Mondays at 8:00", "I look at every new listing for you. You hear of each at most once")
    await tom.says("/find A1 pellets under 220 eur Kaunas")
    await tom.sees("Understood: Wood pellets, ENplus A1, up to 220.00 EUR/t, Kaunas")
    await tom.presses("Tell me of new ones")
    await tom.sees("Told: At once", "Kaunas, 150 km")
    await tom.presses("Change quiet hours")
    await tom.answers(begins="3:00", ends="3:00")
    await tom.sees("None (")

    await Trade(world, rasa, tom).list("/sell 200 t A1 pellets 215 €/t DAP Gdansk next week")
    await Trade(world, rasa, tom).list(SENTENCE)
    shown = await tom.sees("A new listing for you", "You look for: A1 pellets under 220 eur Kaunas")
    assert "new listings for you" not in shown
    assert "Gdańsk" not in shown[shown.rfind("A new listing for you") :]
    await tom.presses("Why this?")
    await tom.sees(
        "Of what you look for it meets: Wood pellets, exactly ENplus A1, 215.00 EUR/t, no more than 220.00 EUR/t, 0 km"
    )


async def test_a_digest_is_not_lost_with_the_process_and_not_anybodys_to_change(world: World) -> None:
    rasa, tom, eve = [await world.on_telegram(name) for name in ("Rasa", "Tom", "Eve")]
    await tom.says("/find A1 pellets near Kaunas")
    await tom.presses("Tell me of new ones")
    await tom.presses("Daily at 8:00")
    await tom.sees("Told: Daily at 8:00")
    await tom.presses("Change quiet hours")
    await tom.answers(begins="3:00", ends="3:00")
    await tom.sees("None (")
    await Trade(world, rasa, tom).list(SENTENCE)
    mute, older = await tom.button("Mute"), await tom.button("✕ Wood pellets")
    await eve.says("/start")
    await eve.sees("Welcome, Eve")
    await eve.presses_anyway(mute)
    await eve.sees("Only the people whose business this is can do that.")

    await world.closes()
    await world.later(days=1)
    await world.opens()

    async def told() -> bool:  # the listing may be compared only now: then it is told one morning later
        await world.later(hours=12)
        return "A new listing for you" in await tom.screen()

    await until(told, lambda: "Tom is told of nothing")
    await tom.sees("A new listing for you", "· Rasa\n")
    await tom.says("/find straw pellets")
    await tom.sees("Nothing fits right now")
    await tom.presses_anyway(older)
    await tom.sees("That list is from an earlier search. This is your latest one.")


async def test_the_market_is_shown_without_names_and_measured_from_my_place(tom: ChatUser) -> None:
    await tom.says("/place Riga")
    await tom.sees("Your place is Riga, Latvia.")
    await tom.says("/find A1 pellets")
    await tom.sees("Distances are from Riga.", "0 km away")
    await tom.presses("Nearest first")
    await sees_in_order(tom, "ENplus A1, Riga", "0 km away", "228 km away", "261 km away")

    await tom.says("/market wood pelets Lithunia")
    await tom.sees("There are 4 listings there (", "). I tell prices only where", "at least 3 sellers")
    await tom.presses("Look everywhere")
    screen = await tom.sees("7 listings, 3 sellers", "Median", "EUR/MWh", "199.00 EUR/t to 225.00 EUR/t")
    market = screen[screen.rfind("Wood pellets: the market") :]
    assert not any(name in market for name in ("Girios", "Latgran", "Baltyk"))
    if isinstance(tom, OnTelegram):
        assert "photo" in (await tom.messages())[-1]

    await tom.says("/market A1 pellets Kaunas under 230")
    await tom.sees(
        "Wood pellets, ENplus A1: the market within 300 km of Kaunas", "Not looked at here: up to 230.00 EUR/t"
    )
    await tom.says("/market wood pellets A1 Lithuania Latvia")
    await tom.sees("Wood pellets, ENplus A1: the market in Lithuania and Latvia")


async def test_a_listing_is_sent_into_any_chat(world: World) -> None:
    await stocked(world)
    tom, eve = await world.on_telegram("Tom"), await world.on_telegram("Eve")
    assert await eve.searches_inline("pellets") == []  # a newcomer is asked in first
    await tom.says("/start")
    await tom.sees("Welcome, Tom")

    empty = await tom.types_inline("qwertz uiop")
    assert (empty["results"], empty["button"]["text"]) == ([], "Nothing fits right now")

    offered = await tom.searches_inline("A1 pelets near Riga under 205")
    assert [each["title"] for each in offered] == ["Wood pellets, ENplus A1 · 199.00 EUR/t"]
    await tom.chooses(offered[0])
    door = await tom.opens("Look at it on Parley")
    await eve.does("follow", url=door)
    await eve.sees("Latgran SIA", "new here", "[Buy now]", "[Send to a chat]")


async def test_a_workspace_without_carousels_gets_a_plain_list(world: World) -> None:
    await stocked(world)
    tom = await world.on_slack("Tom")
    await tom.says("/find A1 pellets")
    await tom.sees("7 listings found", "Latgran SIA")
    assert "carousel" in {block["type"] for m in tom.messages_in(await tom.window()) for block in m.get("blocks") or []}

    await world.browser.put("/lab/slack/workspaces/T0PARLEY", {"new_blocks": False})
    await tom.says("/find pellets near Riga")
    await sees_in_order(tom, "2 listings", "199.00 EUR/t", "[Tell me of new ones]")


async def test_numbers_that_contradict_each_other_are_shown_and_asked(tom: ChatUser) -> None:
    await tom.says("/find pelety drzewne koło Rygi do 300 eur, maks 250 eur")
    await tom.sees("Understood: Wood pellets, up to 300.00 EUR/t, Riga, 150 km", "You named two prices")
    await tom.says("/find Holzpelets zwischen 190 und 230 Euro nahe Kaunass")
    await tom.sees("up to 230.00 EUR/t, from 190.00 EUR/t, Kaunas, 150 km")
    await tom.says("/find medienos skiedra prie Rygos nuo 300 eur iki 250 eur")
    await tom.sees("Which goods do you mean?", "no price is both")


async def test_a_day_that_is_in_no_calendar_is_told_and_all_else_is_kept(tom: ChatUser) -> None:
    for day in ("31.02.2027", "2027-02-30", "31/02/2027", "June 31st, 2027", "32 December", "30 lutego"):
        await tom.says(f"200 t wood pellets under 230 eur by {day}")
        await tom.sees(
            f"Understood: Wood pellets, 200 t, up to 230.00 EUR/t\n{day} is not a day of the calendar.",
            "Write for example 15 Dec.",
        )
    await tom.says("200 t pelety drzewne do 30 lutego")  # and no price of 30
    await tom.sees("Understood: Wood pellets, 200 t\n30 lutego is not a day of the calendar.")
    await tom.says("by 31 June, please")  # said after a search, it is about that search
    await tom.sees("Understood: Wood pellets, 200 t\n31 June is not a day of the calendar.")
    await tom.says("/requests 200 t wood pellets by 31 April")
    await tom.sees("Understood: Wood pellets, 200 t\n31 April is not a day of the calendar.")
    await tom.says("/find qwertz uiop 30 February")
    await tom.sees("I could not make out what you look for", "30 February is not a day of the calendar.")


async def test_the_country_that_was_named_is_told_as_its_reader_spells_it(world: World, tom: ChatUser) -> None:
    await Trade(world, await world.on_telegram("Rasa"), tom).list(SENTENCE.replace("Kaunas", "Hull"))
    for language, goods, where, country in (
        ("en", "Wood pellets", "Hull, United Kingdom", "United Kingdom"),
        ("de", "Holzpellets", "Hull, Vereinigtes Königreich", "Vereinigtes Königreich"),
        ("fr", "Granulés de bois", "Hull, Royaume-Uni", "Royaume-Uni"),
        ("uk", "Деревна пелета", "Галл, Велика Британія", "Велика Британія"),
    ):
        await tom.says(f"/language {language}")
        await tom.says("/find wood pellets United Kingdom")
        assert "mentions" not in await tom.sees(f"{goods}, ENplus A1", f"DAP {where}", f"✕ {country}")


async def test_a_seller_finds_who_asks_for_it(tom: ChatUser) -> None:
    await tom.says("/requests 500 t Holzpelets, ab 190 eur")
    await tom.sees("Nobody asks for that just now", "Understood: Wood pellets, 500 t, from 190.00 EUR/t")
    await tom.presses("✕ 500 t")
    await tom.sees("Understood: Wood pellets, from 190.00 EUR/t", "[All open requests]")


async def test_requests_of_buyers_can_be_ordered(world: World) -> None:
    tom, rasa = await world.on_slack("Tom"), await world.on_telegram("Rasa")
    for tonnes, town in (("300 t", "Gdansk"), ("100 t", "Riga")):
        await tom.says(f"/request {tonnes} A1 pellets DAP {town} next week")
        await tom.fills(closes="tomorrow")
        await tom.sees("Your request is out.", tonnes)
    await rasa.says("/requests 500 t pellets Gdansk")
    await rasa.presses("Newest first")
    await sees_in_order(rasa, "100 t", "300 t", "[Nearest first]", "[Best fit first]")
    await rasa.presses("Nearest first")
    await sees_in_order(rasa, "300 t", "100 t", "[Newest first]", "[Best fit first]")
    await rasa.presses("Best fit first")
    await rasa.sees("[Newest first]", "[Nearest first]")
    await rasa.says("/requests cheapest 500 t pellets nearest to Gdansk")  # the first of two orders, which is none here
    await rasa.sees("2 open requests found", "[Newest first]", "[Nearest first]")
    await rasa.says("/requests 500 t pellets, nearest to Gdansk")
    screen = await rasa.sees("Gdańsk\nNearest first\n", "[Newest first]")
    assert screen.rindex("300 t") < screen.rindex("100 t")
