"""One person on Telegram and on Slack (E12): linked by a code that is typed once, on the other platform."""

from __future__ import annotations

import re

from lab.people import OnSlack, OnTelegram
from tests.journeys.market import World, confirms, no_more
from tests.journeys.trade_steps import Trade

CODE = re.compile(r"link ([A-Z0-9]{8})\b")
LINK = "Link the accounts"


async def code_shown_to(person: OnTelegram | OnSlack) -> str:
    await person.says("/link")
    found = CODE.search(await person.sees("both accounts become yours together"))
    assert found is not None
    return found[1]


async def links(person: OnTelegram | OnSlack, other: OnTelegram | OnSlack) -> None:
    """Link a chat with the one that shows the code."""
    await person.says(f"/link {await code_shown_to(other)}")
    await person.sees("Link these accounts?")
    await person.presses(LINK)


async def test_a_deal_is_seen_from_both_chats_of_one_person(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    toms_phone = await world.on_telegram("Tom's phone")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")

    await links(toms_phone, tom)
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
    await links(window, phone)
    await window.sees("Done. Both accounts now belong to Tom")
    await phone.sees("An account on Slack was linked with this one by the code that was made here.")


async def test_user_whose_language_changes_by_linking_is_told_so(world: World) -> None:
    phone, window = await world.on_telegram("Tom"), await world.on_slack("Tom at work")
    await window.says("/language lt")
    await window.sees("Nuo šiol rašysiu jums lietuviškai.")
    await window.says(f"/link {await code_shown_to(phone)}")
    await window.presses("Susieti paskyras")
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
    await window.presses(LINK)
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


async def test_a_victim_with_business_sees_the_stranger_behind_a_code_and_stays_alone(world: World) -> None:
    """A stranger sends a code to a seller. Typing it shows their name and what they would get, and links nothing."""
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    mallory = await world.on_slack("Mallory")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")
    await rasa.says(f"/link {await code_shown_to(mallory)}")
    await rasa.sees("Link these accounts?", "Mallory", "Slack", "they can sign, pay and be paid in your name")
    await mallory.says("/deals")
    await mallory.sees("You have no deals")
    await rasa.presses("Do not link")
    await rasa.sees("Nothing was linked")
    await mallory.says("/deals")
    await no_more(mallory, "€10,750.00")


async def test_a_chat_that_was_linked_by_mistake_is_unlinked(world: World) -> None:
    """The chat with the business removes the other one. That one is told, and cannot turn the table."""
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    mallory = await world.on_slack("Mallory")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await links(rasa, mallory)
    await rasa.sees("Done. Both accounts now belong to Rasa")
    await mallory.sees("Both now belong to Rasa")
    await mallory.says("/link")
    screen = await mallory.sees("Linked chats", "Telegram")
    assert "Unlink Telegram" not in screen, "a chat that came later does not remove an earlier one"
    await rasa.says("/link")
    await rasa.sees("Linked chats", "Slack")
    await rasa.presses("Unlink Slack")
    await rasa.sees("Unlink Slack?")
    await rasa.presses("Yes: Unlink Slack")
    await rasa.sees("Slack is unlinked from your account")
    await mallory.sees("This chat is no longer linked with Rasa")
    await mallory.says("/listings")
    await mallory.sees("You have no listings")


async def test_guesses_of_codes_are_counted_and_end(world: World) -> None:
    """After five wrong codes within an hour even a right one is refused; so are invitations."""
    phone, guesser = await world.on_telegram("Tom"), await world.on_slack("Mallory")
    for letter in "ABCD":
        await guesser.says(f"/link {letter * 8}")
        await guesser.sees("I do not know this link code.")
    await guesser.says("/join AAAAAAAAAA")
    await guesser.sees("I do not know this invitation.")
    await guesser.says(f"/link {await code_shown_to(phone)}")
    await guesser.sees("You have tried 5 wrong codes within an hour.")
    await world.later(minutes=61)
    await links(guesser, await world.on_telegram("Ona"))
    await guesser.sees("Done. Both accounts now belong to Ona")
