"""Before a deal: a question to the seller that becomes an offer, and a request that sellers quote on (E1)."""

from __future__ import annotations

import pytest

from lab.people import OnSlack, OnTelegram
from tests.journeys.market import PAIRS, Chat, World, confirms
from tests.journeys.trade_steps import Trade


async def test_a_question_is_answered_and_becomes_the_sellers_own_offer(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await tom.says("/find pellets near Kaunas")
    await tom.presses("Open")
    await tom.presses("Ask the seller")
    await tom.fills(words="Is it in big bags? Call me: +370 612 34567")
    await tom.sees("until you have business with each other")
    await tom.fills(words="Is it in big bags? Call me: +370 612 34567")  # sent all the same, and hidden
    await tom.sees("Your question is on its way.")
    seen = await rasa.sees("Tom asks about your listing.", "Is it in big bags?", "Your turn: answer Tom")
    assert "612 34567" not in seen

    await rasa.presses("Answer")
    await rasa.says("No, loose, by walking floor.")
    await tom.sees("Rasa has answered.", "No, loose, by walking floor.")
    await rasa.presses("Make an offer")
    await rasa.fills(quantity="100 t", price="210 €/t")
    await tom.sees("Rasa made an offer.", "€21,000.00")
    await confirms(tom, "Accept")
    await trade.agreed()

    await tom.says("/questions")
    await tom.sees("No question is open.")


REQUEST = "/request 100 t A1 pellets DAP Kaunas next week"


async def test_sealed_quotes_are_opened_at_the_cut_off_and_one_is_taken(world: World) -> None:
    tom, rasa, jonas = await world.on_slack("Tom"), await world.on_telegram("Rasa"), await world.on_slack("Jonas")
    await tom.says(REQUEST)
    await tom.fills(closes="tomorrow", target="210 €/t", seal="sealed until the end", quotes_each="2")
    await tom.sees("Your request is out.", "Sellers can quote until")

    for seller, price in ((rasa, "214 €/t"), (jonas, "209 €/t")):
        await seller.says("/requests")
        await seller.sees("Request: Wood pellets", "100 t", "Target price")
        await seller.presses("Open")
        await seller.presses("Make a quote")
        await seller.fills(price=price)
        await seller.sees("Your quote is in. No other seller sees it.")
    seen = await tom.sees("There are 2 quotes now.")
    assert "20,900" not in seen

    await rasa.presses("Make a quote")  # and thinks again
    await rasa.fills(price="208 €/t")
    seen = await rasa.sees("€20,800.00")
    assert "20,900" not in seen
    assert "There are 3 quotes now." not in await tom.screen(), "one of the two took the place of their own"

    await world.later(days=2)
    for seller in (rasa, jonas):
        await seller.sees("No more quotes are taken.")
    await tom.sees("The time for quotes is over.", "€20,800.00", "€20,900.00", "Your turn: take one of the quotes by")
    shown = [block for m in tom.messages_in(await tom.window()) for block in m.get("blocks") or []]
    assert [len(each["rows"]) for each in shown if each["type"] == "table"] == [3]
    await confirms(tom, "Take Rasa: €20,800.00")
    await jonas.sees("The buyer has taken another quote.")
    trade = Trade(world, rasa, tom)
    await trade.agreed()
    await trade.sign()
    await trade.pay()
    await world.books_balance()


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_seller_of_such_goods_is_told_of_a_request_and_why(world: World, chat: Chat, other: Chat) -> None:
    await world.by_day()  # requests of others are not announced at night
    rasa, tom = await world.on(chat, "Rasa"), await world.on(other, "Tom")
    await Trade(world, rasa, tom).list()
    await tom.says("/request 100 t A1 pellets DAP Vilnius next week")
    await tom.fills(closes="tomorrow", target="210 €/t")
    await rasa.sees("1 open request fits what you have", "Request: Wood pellets", "100 t", "Quotes are taken until")
    await rasa.presses("Why this?")
    await rasa.sees("You have put up Wood pellets, ENplus A1 (200 t)", "What fits: ", "km from Vilnius")
    await rasa.presses("Open")
    await rasa.presses("Make a quote")
    await rasa.fills(price="209 €/t")
    await tom.sees("The first quote has come.")

    await rasa.says("/alerts")
    await rasa.presses("Requests for what I sell")
    await rasa.presses("Mute")
    await rasa.sees("Wood pellets: Muted")
    await tom.says(REQUEST)
    await tom.fills(closes="tomorrow")
    await tom.sees("Kaunas")
    await world.later(days=2)  # by then it takes no quotes, so it is not announced late
    assert (await rasa.screen()).count("1 open request fits what you have") == 1
    await rasa.presses("Tell me again")
    await rasa.sees("Wood pellets: At once")
    await tom.says("/request 48 t A1 pellets DAP Riga next week")
    await tom.fills(closes="tomorrow")
    await rasa.sees("Riga", "48 t")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_request_is_changed_and_no_quote_binds_to_unread_terms(world: World, chat: Chat, other: Chat) -> None:
    tom, rasa, jonas = await world.on(chat, "Tom"), await world.on(other, "Rasa"), await world.on(other, "Jonas")
    await tom.says(REQUEST)
    await tom.fills(closes="in 3 days", target="210 €/t")
    await tom.sees("Your request is out.")
    for seller in (rasa, jonas):
        await seller.says("/requests")
        await seller.presses("Open")
        await seller.presses("Make a quote")
        if isinstance(seller, OnSlack):
            await seller.form("price")
    await rasa.fills(price="209 €/t")  # Jonas has the form in front still
    await tom.sees("The first quote has come.")

    await tom.says("/requests")
    await tom.presses("Open")
    await tom.presses("Change")
    await tom.sees("the currency (EUR) and the unit (t) stay", "Change what you ask for", "they count no longer")
    await tom.fills(target="205 €/t")
    await tom.sees("Changed. Target price: 210.00 EUR/t → 205.00 EUR/t")
    await rasa.sees("has changed the request: Target price: 210.00 EUR/t → 205.00 EUR/t. Your quote still counts.")

    await tom.presses("Change")
    await tom.fills(quantity="150 t", words="In big bags, please.")
    await tom.sees("Changed. Quantity: 100 t → 150 t; ", "The quotes so far count no longer", "Quotes so far: 0")
    seen = await rasa.sees("Quantity: 100 t → 150 t", "Your earlier quote binds you no longer", "counts no longer")
    assert "Your turn: quote anew by" in seen

    begun = jonas.answers if isinstance(jonas, OnTelegram) else jonas.fills
    await begun(price="208 €/t")  # he has read of 100 t
    await jonas.sees("look it over once more", "150 t")
    await jonas.sends()
    await jonas.sees("Your quote is in.", "€31,200.00")
    await rasa.presses("Make a quote")
    await rasa.sends()  # at the price that was quoted before
    await rasa.sees("Your quote is in.", "€31,350.00")
    await world.later(days=4)
    await tom.sees("The time for quotes is over.", "€31,200.00", "€31,350.00")
    await confirms(tom, "Take Jonas")
    await jonas.sees("You have a deal.", "150 t")


async def test_unanswered_request_ends_and_one_can_be_withdrawn(world: World) -> None:
    tom, rasa = await world.on_telegram("Tom"), await world.on_slack("Rasa")
    await tom.says(REQUEST)
    await tom.fills(closes="tomorrow")
    await tom.sees("Your request is out.")
    await world.later(days=2)
    await tom.sees("Nobody quoted in time, so the request has ended.")

    await tom.says(REQUEST)
    await tom.fills(closes="tomorrow", seal="as they come")
    await tom.sees("Quotes: as they come", "Sellers can quote until")
    await rasa.says("/requests")
    await rasa.presses("Open")
    await rasa.presses("Make a quote")
    await rasa.fills(price="200 €/t")
    await tom.sees("The first quote has come.", "€20,000.00")
    await tom.presses("Withdraw the request")
    await tom.presses("Yes: Withdraw the request")
    await rasa.sees("Tom has withdrawn the request.")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_closed_requests_are_listed_apart_from_open_ones(world: World, chat: Chat, other: Chat) -> None:
    tom, rasa = await world.on(chat, "Tom"), await world.on(other, "Rasa")
    await tom.says(REQUEST)
    await tom.fills(closes="tomorrow", seal="as they come")
    await tom.sees("Your request is out.")
    await rasa.says("/requests")
    await rasa.presses("Open")
    await rasa.presses("Make a quote")
    await rasa.fills(price="200 €/t")
    await rasa.sees("Your quote is in.")
    await tom.presses("Withdraw the request")
    await tom.presses("Yes: Withdraw the request")
    await rasa.sees("Tom has withdrawn the request.")
    for each, told in ((rasa, "The buyer has withdrawn this request."), (tom, "You have withdrawn this request.")):
        await each.says("/requests")
        await each.sees("Nobody asks for quotes just now.")
        await each.presses("Ended requests")
        await each.sees("Ended requests", told)
