"""Helpers for stories about the bot: find things on a person's phone, press buttons and send messages there."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from typing import Any

from PIL import Image

from bots.telegram.text import JOINER
from lab.tests.phone import Phone

Chat = dict[str, Any]


async def glances(phone: Phone) -> AsyncIterator[Chat]:
    while True:
        yield await phone.chat()
        await asyncio.sleep(0.02)


async def seen(phone: Phone, shows: Callable[[Chat], Any]) -> Chat:
    """Return the phone's chat as soon as it shows that."""
    async with asyncio.timeout(15):
        async for chat in glances(phone):
            if shows(chat):
                return chat
    raise AssertionError("unreachable")


def last(chat: Chat) -> dict[str, Any]:
    message: dict[str, Any] = chat["messages"][-1]
    return message


def ends_with(words: str) -> Callable[[Chat], bool]:
    def shows(chat: Chat) -> bool:
        if not chat["messages"]:
            return False
        text: str = last(chat).get("text") or last(chat).get("caption") or ""
        return last(chat)["from"] == "bot" and text.replace(JOINER, "").endswith(words)

    return shows


async def press(phone: Phone, label: str) -> None:
    """Press the lowest button of that name."""
    for message in reversed((await phone.chat())["messages"]):
        for button in (each for row in message.get("keyboard", []) for each in row):
            if button["text"] == label:
                await phone.do("press", message_id=message["id"], data=button["callback_data"])
                return
    raise AssertionError(f"no button {label}")


def picture(shade: str = "olive", size: tuple[int, int] = (400, 300)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, shade).save(written, "JPEG")
    return written.getvalue()
