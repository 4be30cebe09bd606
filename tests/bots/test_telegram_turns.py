"""Turns from Telegram: each action of a user becomes the turn that the conversations receive."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from PIL import Image
from telegram import Bot, Update

from bots.telegram.request import bot_at
from bots.telegram.text import JOINER
from bots.telegram.turns import turn_of
from conversations.turn import Attached, ButtonPress, Located, TextMessage, UnsupportedInput
from core.people.files.checker import FileChecker
from lab.app import Lab
from lab.tests.phone import Phone
from tests.bots.phone_screen import picture


@pytest.fixture
async def bot(lab: Lab) -> AsyncIterator[Bot]:
    async with bot_at(lab.telegram.token, f"{lab.url}/telegram") as bot:
        yield bot


def update(bot: Bot, **content: Any) -> Update:
    person = {"id": 5, "is_bot": False, "first_name": "Ona", "last_name": "K", "language_code": "lt"}
    message = {"message_id": 1, "date": 0, "chat": {"id": 5, "type": "private"}, "from": person, **content}
    return Update.de_json({"update_id": 9, "message": message}, bot)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"text": "/start offer"}, TextMessage("/start offer", "1")),
        ({"text": f"ona@{JOINER}example{JOINER}.org"}, TextMessage("ona@example.org", "1")),
        ({"location": {"latitude": 54.9, "longitude": 23.9}}, Located(54.9, 23.9)),
        (
            {"voice": {"file_id": "x", "file_unique_id": "y", "duration": 2}},
            UnsupportedInput("talk.only_text_and_files"),
        ),
        ({"contact": {"phone_number": "1", "first_name": "J"}}, UnsupportedInput("talk.only_text_and_files")),
        ({"group_chat_created": True}, None),
    ],
)
async def test_telegram_update_becomes_a_turn(
    bot: Bot, files: FileChecker, content: dict[str, Any], expected: object
) -> None:
    turn = await turn_of(bot, update(bot, **content), files=files)
    assert (turn.input if turn else None) == expected
    if turn:
        assert turn.key == f"tg:{bot.id}:9"
        assert (turn.address, turn.identity.name, turn.identity.locale) == ("5", "Ona K", "lt")


async def test_a_file_that_telegram_does_not_have_is_said_to_be_broken(bot: Bot, files: FileChecker) -> None:
    gone = {"document": {"file_id": "gone", "file_unique_id": "g", "file_name": "cert.pdf"}}
    turn = await turn_of(bot, update(bot, **gone), files=files)
    assert turn is not None
    assert turn.input == UnsupportedInput("file.broken", {"name": "cert.pdf"})


async def test_a_photo_is_fetched_in_its_largest_size(
    bot: Bot, files: FileChecker, browser: aiohttp.ClientSession
) -> None:
    ona = await Phone.buy(browser, "Ona")
    await ona.send("photo", "The heap", ("heap.jpg", picture()))
    [sent] = await bot.get_updates()
    turn = await turn_of(bot, sent, files=files)
    assert turn is not None
    assert isinstance(turn.input, Attached)
    [file] = turn.input.files
    assert (file.mime, turn.input.caption) == ("image/jpeg", "The heap")
    with Image.open(io.BytesIO(file.content)) as image:
        assert image.size == (400, 300)


async def test_a_press_carries_what_its_button_held(
    bot: Bot, files: FileChecker, browser: aiohttp.ClientSession
) -> None:
    ona = await Phone.buy(browser, "Ona")
    await ona.do("say", text="hello")
    card = await bot.send_message(ona.id, "card")
    await ona.do("press", message_id=card.message_id, data="deal.sign|7|2")
    turn = await turn_of(bot, (await bot.get_updates())[-1], files=files)
    assert turn is not None
    assert (turn.input, turn.message) == (ButtonPress("deal.sign|7|2"), str(card.message_id))
