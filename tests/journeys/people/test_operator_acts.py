"""Operators act on reports in chat: each act asks once, is told to the party, and can be objected to."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import PAIRS, Chat, ChatUser, World
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
    await operator.sees("Open offers on it end. Deals go on.")
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
