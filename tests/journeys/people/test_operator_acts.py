"""Operators act on reports in chat: each act asks once, is told to the party, and can be objected to."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import PAIRS, Chat, ChatUser, World, confirms
from tests.journeys.trade_steps import Trade

REASON = "These photos are of other goods."


async def appointed(world: World) -> ChatUser:
    """Return an operator who has said hello."""
    operator = await world.on("slack", "Desk")
    await world.closes()
    world.settings = world.settings.model_copy(update={"operators": f"slack:{operator.id}"})
    await world.opens()
    await operator.says("/help")
    await operator.sees("/parley")
    return operator


async def writes(person: ChatUser, words: str) -> None:
    """Answer a form of one field, which a chat without windows sends with the answer."""
    await (person.answers(words=words) if isinstance(person, OnTelegram) else person.fills(words=words))


async def reports_listing(reporter: ChatUser) -> None:
    await reporter.says("/find pellets near Kaunas")
    await reporter.presses("Open")
    await reporter.presses("Report or block")
    await reporter.presses("Report to the operators")
    await writes(reporter, "The photos show other goods.")
    await reporter.sees("The operators have it")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_listing_is_removed_objected_to_and_put_back(world: World, chat: Chat, other: Chat) -> None:
    operator = await appointed(world)
    rasa, tom, eva = await world.on(chat, "Rasa"), await world.on(other, "Tom"), await world.on(other, "Eva")
    await Trade(world, rasa, tom).list()
    await eva.says("/find pellets near Kaunas")
    await eva.presses("Make an offer")
    await eva.fills(price="200 €/t")
    await rasa.sees("200.00 EUR/t")
    await reports_listing(tom)
    await operator.sees("A report about Rasa")
    await operator.presses("Take the listing down")
    await operator.sees("Open offers on it end, and deals go on.")
    await operator.fills(reason=REASON)
    await operator.sees("took the listing down")
    await rasa.sees("An operator has taken this listing down.", REASON, "If you think that this is wrong, object")
    await tom.sees("An operator looked at it and took the listing down.")
    await eva.sees("The offer has expired.")
    await eva.says("/find pellets near Kaunas")
    await eva.sees("Nothing")

    await rasa.presses("Object")
    await writes(rasa, "I have taken them in my own yard.")
    await rasa.sees("An operator reads your objection.")
    await operator.says("/cases")
    await operator.sees("Open cases", "An objection of Rasa", "Waiting since")
    await operator.presses("Open")
    await operator.sees("I have taken them in my own yard.")
    await operator.presses("Put the listing back")
    await operator.sees("Buyers find it again, and its seller is told.")
    await operator.presses("Yes: Put the listing back")
    await rasa.sees("An operator has put this listing back.", "Status: For sale")
    await eva.says("/find pellets near Kaunas")
    await eva.sees("Buy now")
    await operator.says("/cases")
    await operator.sees("No case is open.")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_suspended_account_begins_nothing_new_until_it_is_lifted(world: World, chat: Chat, other: Chat) -> None:
    operator = await appointed(world)
    rasa, tom = await world.on(chat, "Rasa"), await world.on(other, "Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="24 t")
    await reports_listing(tom)
    await _suspends(operator)
    await rasa.sees("An operator has suspended your account", REASON, "Your running deals and sessions go on.")
    await tom.sees("An operator looked at it and suspended the account.")
    await tom.says("/find pellets near Kaunas")
    await tom.sees("Nothing")
    await confirms(rasa, "Sign")  # the deal goes on, since the buyer depends on it
    await tom.sees("Rasa signed.")

    await rasa.presses("Object")
    await writes(rasa, "It was my colleague, and he is gone.")
    await rasa.sees("An operator reads your objection.")
    await rasa.says("/request 100 t A1 pellets DAP Vilnius next week")
    await rasa.fills(closes="tomorrow")
    await rasa.sees("Your account is suspended, so you cannot begin anything new.")
    await operator.says("/cases")
    await operator.sees("An objection of Rasa", "Waiting since")
    await operator.presses("Open")
    await operator.sees("An objection of Rasa", "he is gone")
    await operator.presses("Lift the suspension")
    await operator.sees("They can trade again and are told.")
    await operator.presses("Yes: Lift the suspension")
    await rasa.sees("An operator has lifted the suspension of your account.")
    await tom.says("/find pellets near Kaunas")
    await tom.sees("Buy now")


async def _suspends(operator: ChatUser) -> None:
    await operator.sees("A report about Rasa")
    await operator.presses("Suspend the account")
    await operator.sees("Running deals and sessions go on.")
    await operator.fills(reason=REASON)
    await operator.sees("suspended the account")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_deleted_account_comes_back_suspended_for_a_year(world: World, chat: Chat, other: Chat) -> None:
    operator = await appointed(world)
    rasa, tom = await world.on(chat, "Rasa"), await world.on(other, "Tom")
    await Trade(world, rasa, tom).list()
    await reports_listing(tom)
    await _suspends(operator)
    await rasa.sees("An operator has suspended your account")
    await rasa.says("/delete")
    await rasa.presses("Delete everything about me")
    await rasa.presses("Yes: Delete everything about me")
    await rasa.sees("Nothing here names you any more.")
    await rasa.says("/help")
    await rasa.sees("This chat belongs to an account that was suspended")
    await rasa.says("/request 100 t A1 pellets DAP Vilnius next week")
    await rasa.fills(closes="tomorrow")
    await rasa.sees("Your account is suspended")
