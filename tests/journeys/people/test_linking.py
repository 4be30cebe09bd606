"""One person on Telegram and on Slack (E12): linked by a code that is typed once, on the other platform."""

from __future__ import annotations

import re

from lab.people import OnSlack, OnTelegram
from tests.journeys.market import World, confirms
from tests.journeys.trade_steps import Trade

CODE = re.compile(r"link ([A-Z0-9]{8})\b")


async def code_shown_to(somebody: OnTelegram | OnSlack) -> str:
    await somebody.says("/link")
    found = CODE.search(await somebody.sees("both accounts become yours together"))
    assert found is not None
    return found[1]


async def test_a_deal_is_seen_from_both_chats_of_one_person(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    toms_phone = await world.on_telegram("Tom's phone")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")

    await toms_phone.says(f"/link {await code_shown_to(tom)}")
    await toms_phone.sees("Done. Both accounts now belong to Tom")

    await toms_phone.says("/deals")
    await toms_phone.sees("My deals", "€10,750.00", "Rasa")
    await toms_phone.presses("Open")
    await confirms(toms_phone, "Sign")
    await toms_phone.sees("Then it is your turn to pay")
    await confirms(rasa, "Sign")
    await toms_phone.opens("Pay €")  # the card goes to the chat used last; the other one can fetch it
    await tom.says("/deals")
    await tom.sees("My deals")
    await tom.presses("Open")
    await world.pays(await tom.opens("Pay €"))
    await rasa.sees("The money is held. Delivery can begin")
    await world.books_balance()


async def test_linking_goes_the_other_way_too(world: World) -> None:
    phone, window = await world.on_telegram("Tom"), await world.on_slack("Tom at work")
    await window.says(f"/link {await code_shown_to(phone)}")
    await window.sees("Done. Both accounts now belong to Tom")
    await phone.sees("An account on Slack was linked with this one by the code that was made here.")


async def test_user_whose_language_changes_by_linking_is_told_so(world: World) -> None:
    phone, window = await world.on_telegram("Tom"), await world.on_slack("Tom at work")
    await window.says("/language lt")
    await window.sees("Nuo šiol rašysiu jums lietuviškai.")
    await window.says(f"/link {await code_shown_to(phone)}")
    await window.sees("Nuo šiol čia rašau taip pat kaip kitame pokalbyje: anglų.")
    await phone.sees("Both now belong to Tom")


async def test_a_wrong_an_old_and_an_own_code_are_told_apart(world: World) -> None:
    phone, window = await world.on_telegram("Tom"), await world.on_slack("Tom at work")
    await window.says("/link AAAAAA")
    await window.sees("I do not know this link code.")

    code = await code_shown_to(phone)
    await phone.says(f"/link {code}")
    await phone.sees("This code was made for this very account.")

    await world.later(minutes=11)
    other = await world.on_slack("Tom somewhere else")
    await other.says(f"/link {code}")
    await other.sees("I do not know this link code.")


async def test_a_code_is_good_for_one_link(world: World) -> None:
    phone, window = await world.on_telegram("Tom"), await world.on_slack("Tom at work")
    thief = await world.on_slack("Somebody")
    code = await code_shown_to(phone)
    await window.says(f"/link {code}")
    await window.sees("Done.")
    await thief.says(f"/link {code}")
    await thief.sees("I do not know this link code.")


async def test_two_who_have_both_traded_stay_two(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")
    await tom.says(f"/link {await code_shown_to(rasa)}")
    await tom.sees("Both accounts have offers or deals of their own, so they stay apart.")
