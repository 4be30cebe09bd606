"""A person's phone for the Telegram tests: it acts and looks through the lab's face over HTTP."""

from __future__ import annotations

import io
from typing import Any

import aiohttp


class Phone:
    def __init__(self, browser: aiohttp.ClientSession, person: int) -> None:
        self.browser = browser
        self.id = person

    @classmethod
    async def buy(cls, browser: aiohttp.ClientSession, name: str, **more: Any) -> Phone:
        async with browser.post("/lab/telegram/people", json={"name": name, **more}) as answer:
            return cls(browser, (await answer.json())["id"])

    async def do(self, what: str, /, **body: Any) -> Any:
        async with self.browser.post(f"/lab/telegram/people/{self.id}/{what}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def send(self, kind: str, caption: str, *files: tuple[str, bytes]) -> list[dict[str, Any]]:
        form = aiohttp.FormData({"as": kind, "caption": caption})
        for name, content in files:
            form.add_field("files", io.BytesIO(content), filename=name, content_type="application/octet-stream")
        async with self.browser.post(f"/lab/telegram/people/{self.id}/send", data=form) as answer:
            assert answer.status == 200, await answer.text()
            messages: list[dict[str, Any]] = await answer.json()
            return messages

    async def chat(self, place: int | None = None) -> dict[str, Any]:
        """Return the contents of one place, by default of the chat with the bot."""
        asked = {"place": str(place)} if place is not None else {}
        async with self.browser.get(f"/lab/telegram/people/{self.id}/chat", params=asked) as answer:
            chat: dict[str, Any] = await answer.json()
            return chat

    async def texts(self) -> list[tuple[str, str]]:
        """Return sender and text of each message, oldest first."""
        return [(each["from"], each.get("text", "")) for each in (await self.chat())["messages"]]
