"""The pretend Telegram, asked by the real python-telegram-bot over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from lab.app import Lab


@pytest.fixture
async def bot(lab: Lab) -> AsyncIterator[Bot]:
    async with Bot(
        lab.telegram.token, base_url=f"{lab.url}/telegram/bot", base_file_url=f"{lab.url}/telegram/file/bot"
    ) as bot:
        yield bot


class Phone:
    """What a person does, through the lab's face."""

    def __init__(self, browser: aiohttp.ClientSession, person: int) -> None:
        self.browser = browser
        self.id = person

    async def do(self, what: str, **body: Any) -> Any:
        async with self.browser.post(f"/lab/telegram/people/{self.id}/{what}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def chat(self) -> dict[str, Any]:
        async with self.browser.get(f"/lab/telegram/people/{self.id}/chat") as answer:
            chat: dict[str, Any] = await answer.json()
            return chat


@pytest.fixture
async def ona(browser: aiohttp.ClientSession) -> Phone:
    async with browser.post("/lab/telegram/people", json={"name": "Ona Kazlauskienė", "language": "lt"}) as answer:
        return Phone(browser, (await answer.json())["id"])


async def test_a_word_reaches_the_bot_and_its_answer_the_phone(bot: Bot, ona: Phone) -> None:
    await ona.do("say", text="labas")
    [update] = await bot.get_updates()
    assert update.message is not None
    assert update.message.text == "labas"
    sent = await bot.send_message(ona.id, "Laba diena")
    assert [(each["from"], each["text"]) for each in (await ona.chat())["messages"]] == [
        ("person", "labas"),
        ("bot", "Laba diena"),
    ]
    assert sent.chat.id == ona.id
