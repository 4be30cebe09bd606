"""Wrong answers get a sentence that says what would be right, and cost nothing that was entered."""

from __future__ import annotations

import pytest

from lab.people import OnSlack, OnTelegram
from tests.journeys.market import CHATS, Chat, ChatUser, World
from tests.journeys.trade_steps import Trade

# Field, what is typed, what the sentence proposes. Everything else in the form stands already.
WRONG = [
    ("quantity", "lots of it", "Write a number and a unit, for example 200 t."),
    ("quantity", "-5 t", "Write it without the minus."),
    ("quantity", "200 parsecs", "The units here are"),
    ("quantity", "0 t", "The amount must be more than zero"),
    ("quantity", "200 l", "The units here are"),
    ("price", "cheap", "Write an amount, a currency and a unit, for example 215 EUR/t."),
    ("price", "215 XYZ/t", "currency"),
    ("window", "soonish", "Write for example next week, W50, 15 Dec or 1-15 Dec."),
    ("window", "31 Feb", "is not a day of the calendar"),
    ("window", "1 Jan 2020", "Choose dates from today on"),
    ("window", "2020-01-01 – 2020-01-05", "Choose dates from today on"),
    ("place", "Nowhereville", "Write a larger town nearby, for example Kaunas."),
]


@pytest.fixture(params=CHATS)
async def rasa(request: pytest.FixtureRequest, world: World) -> ChatUser:
    chat: Chat = request.param
    return await world.on(chat, "Rasa")


async def test_a_wrong_answer_is_told_what_would_be_right(rasa: ChatUser) -> None:
    await rasa.says("/sell 200 t A1 pellets 215 €/t DAP Kaunas next week")
    await rasa.sees("New listing")
    for name, wrong, right in WRONG:
        if name == "place" and isinstance(rasa, OnSlack):
            continue  # there a town is chosen of those that are found, and no other can be sent
        await rasa.answers(**{name: wrong})
        await rasa.sees(right)
        if isinstance(rasa, OnTelegram):  # on Slack the window itself keeps what stood there
            await rasa.answers_again(GOOD[name])
    await rasa.fills(**(GOOD if isinstance(rasa, OnSlack) else {}))
    await rasa.sees("Published.", "200 t", "215.00 EUR/t", "DAP Kaunas")


GOOD = {"quantity": "200 t", "price": "215 €/t", "window": "next week", "place": "Kaunas"}


async def test_a_day_that_there_is_not_is_told_before_the_form_asks_for_it(rasa: ChatUser) -> None:
    await rasa.says("/sell 200 t A1 pellets 215 €/t DAP Kaunas by 31.06.2027")
    await rasa.sees("31.06.2027 is not a day of the calendar.")
    await rasa.fills(window="next week")
    await rasa.sees("Published.", "200 t", "215.00 EUR/t", "DAP Kaunas")


@pytest.mark.parametrize("day", ["32 January", "30 Feb", "31.11."])
async def test_a_day_that_there_is_not_is_told_beside_its_line_and_all_else_is_kept(rasa: ChatUser, day: str) -> None:
    await rasa.says(f"/sell 200 t A1 pellets {day}")
    seen = await rasa.sees(f"⚠️ {day} is not a day of the calendar.")
    assert seen.count("is not a day") == 1
    await rasa.fills(price="215 €/t", incoterm="DAP", place="Kaunas", window="next week")
    await rasa.sees("Published.", "Wood pellets, ENplus A1", "200 t", "215.00 EUR/t", "DAP Kaunas")


async def test_a_day_that_there_is_not_is_told_before_a_request_asks_for_it(rasa: ChatUser) -> None:
    await rasa.says("/request 200 t A1 pellets DAP Kaunas by 30 February")
    await rasa.sees("30 February is not a day of the calendar.")
    await rasa.answers(window="next week", closes="yesterday")
    await rasa.sees("I could not read yesterday as a day. Write for example tomorrow, Friday or 15 Dec.")
    await rasa.fills(closes="tomorrow")
    await rasa.sees("Your request is out.", "200 t", "DAP Kaunas")


async def test_text_that_is_too_long_is_told_the_limit(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/sell 200 t A1 pellets 215 €/t DAP Kaunas next week")
    await rasa.answers(words="dry " * 300)
    await rasa.sees("This is 1,199 characters long. Please keep it to 1,000.")
    await rasa.answers_again("Dry and clean.")
    await rasa.sends()
    await rasa.sees("Published.")


async def test_a_slack_window_takes_no_more_than_it_can_hold(world: World) -> None:
    rasa = await world.on_slack("Rasa")
    await rasa.says("/sell 200 t A1 pellets 215 €/t DAP Kaunas next week")
    await rasa.fills(words="dry " * 300)
    await rasa.sees("Please enter at most 1000 characters.")
    await rasa.fills(words="Dry and clean.")
    await rasa.sees("Published.")


async def test_a_file_that_is_no_photo_and_no_paper_is_refused(rasa: ChatUser) -> None:
    await rasa.says("/sell 200 t A1 pellets 215 €/t DAP Kaunas next week")
    await rasa.sees("New listing")
    if isinstance(rasa, OnSlack):
        await rasa.form("files")
    await rasa.attaches("virus.exe.pdf", b"MZ\x90\x00 this program cannot be run", "application/pdf")
    if isinstance(rasa, OnSlack):
        await rasa.sends()
    await rasa.sees("I cannot take virus.exe.pdf. Send one of these: JPEG, PNG, WebP, PDF.")
    await rasa.sends()
    await rasa.sees("Published.")


async def test_a_file_out_of_the_blue_is_asked_about(rasa: ChatUser) -> None:
    await rasa.says("/listings")
    await rasa.attaches("waybill.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")
    await rasa.sees("I do not know what this file belongs to.")


async def test_press_on_an_old_card_redraws_it(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_telegram("Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="100 t")
    old = await tom.button("Sign")
    await rasa.presses("Leave the deal")
    await rasa.presses("Yes: Leave the deal")
    await tom.sees("Rasa left the deal before both had signed.")
    await tom.presses_anyway(old)
    await tom.sees("This deal is closed: it was not signed by both, so nobody owes anything.")
    await tom.sees("This has changed since you saw it. Here it is as it stands now.")


async def test_person_who_is_no_party_is_refused(world: World) -> None:
    rasa, tom, eve = [await world.on_telegram(name) for name in ("Rasa", "Tom", "Eve")]
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="100 t")
    stolen = await tom.button("Sign")
    await eve.says("/start")
    await eve.sees("Welcome, Eve")
    await eve.presses_anyway(stolen)
    await eve.sees("I cannot find that. It may be gone, or it belongs to somebody else.")
    await eve.presses_anyway("deal.show" + stolen[stolen.index("|") :])
    await eve.presses_anyway("no.such.verb|' OR 1=1 --|-1")
    await eve.sees("This button no longer works.")
    assert "€21,500.00" not in await eve.screen()
    await trade.sign()  # nothing was signed by it
