"""The result of a press stands where the person looks: on the pressed card, or at the chat's end."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lab.people import OnTelegram, until, words, words_of_message
from tests.journeys.market import CHATS, Chat, ChatUser, World, confirms
from tests.journeys.session_steps import Counsel
from tests.journeys.trade_steps import Trade

DEAL = re.compile(r"\S* ?Deal [A-Z0-9]{6}")


async def said_by_the_bot(person: ChatUser) -> list[str]:
    """Return the text of the bot's messages in their private chat, oldest first."""
    if isinstance(person, OnTelegram):
        return [shown(each) for each in await person.messages() if each["from"] == "bot"]
    window = await person.window()
    direct = next(each for each in window["channels"] if each["is_im"])
    return ["\n".join(words_of_message(each)) for each in direct["messages"] if each["user"] != person.id]


def shown(message: dict[str, Any]) -> str:
    """Return a message on a phone, with its buttons."""
    return "\n".join([words(message), *(key["text"] for row in message.get("keyboard", []) for key in row)])


async def ends_with(person: ChatUser, *texts: str) -> list[str]:
    """Wait until the bot's last message holds all of these, and return all its messages by then."""

    async def seen() -> list[str] | None:
        said = await said_by_the_bot(person)
        return said if said and all(text in said[-1] for text in texts) else None

    found: list[str] = await until(seen, lambda: f"{person.name} does not see {texts} at the end")
    return found


@pytest.mark.parametrize("chat", CHATS)
async def test_item_opened_from_a_new_list_is_shown_below_it(world: World, chat: Chat) -> None:
    sarah = await world.on(chat, "Sarah")
    counsel = Counsel(world, sarah, await world.on("telegram", "Alex"))
    await counsel.list()
    for _ in range(2):
        await sarah.says("/experts the grate of my boiler slags")
        await ends_with(sarah, "Times and profile")
        await sarah.presses("Times and profile")
        await ends_with(sarah, "More times")
        await sarah.says("/help")
        await sarah.sees("How it works")
        await world.later(minutes=1)

    async def one_with_buttons() -> bool:
        return len([each for each in await said_by_the_bot(sarah) if "More times" in each]) == 1

    await until(one_with_buttons, lambda: "the older card has kept its buttons")


async def cards_of_deals(person: ChatUser) -> int:
    """Count the messages that begin with a deal, whole or folded."""
    return len([each for each in await said_by_the_bot(person) if DEAL.match(each)])


@pytest.mark.parametrize("chat", CHATS)
async def test_a_press_on_a_card_changes_that_card(world: World, chat: Chat) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on(chat, "Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")
    await tom.says("/deals")
    await ends_with(tom, "My deals")
    await tom.presses("Open")
    await ends_with(tom, "See the terms")
    cards = await cards_of_deals(tom)
    await world.later(minutes=1)
    await confirms(tom, "Sign")
    await tom.sees("You signed")
    assert await cards_of_deals(tom) == cards
