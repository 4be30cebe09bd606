"""Sellers: the six inputs of the conversation as real updates, posted to a webhook, with each answer checked."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.chats.bot_api import BotApi
from bench.chats.child import SECRET

PATIENCE = 60.0  # seconds until an answer counts as lost
# The inputs, and the text that each answer must contain.
STEPS: tuple[tuple[str, str, str], ...] = (
    ("says", "/sell 200 t A1 wood pellets", "200 t"),
    ("says", "215 EUR/t", "215"),
    ("presses", "DAP", "DAP"),
    ("says", "Kaunas", "Kaunas"),
    ("says", "2027-03-01..2027-03-07", "Mar|2027-03-01"),
    ("presses", "Publish", "ublished"),
)


@dataclass
class Person:
    """A person with a private chat, who answers each question as soon as it is there."""

    id: int
    api: BotApi
    http: aiohttp.ClientSession
    webhook: str
    updates: Iterator[int]
    last: dict[str, Any] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)  # from each input to its answer

    async def sells(self, until: float | None = None) -> None:
        """Hold the conversation, to its end or until this moment has passed."""
        for how, what, expected in STEPS:
            if until is not None and time.perf_counter() > until:
                return
            begun = time.perf_counter()
            await self._post(self._said(what) if how == "says" else self._pressed(what))
            self.last = await asyncio.wait_for(self.api.chat(self.id).get(), PATIENCE)
            self.seconds.append(time.perf_counter() - begun)
            text = self.last["text"]
            assert any(each in text for each in expected.split("|")), f"{what!r} was answered by {text!r}"

    async def _post(self, update: dict[str, Any]) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        async with self.http.post(self.webhook, json=update, headers=headers) as taken:
            assert taken.status == 200, f"the webhook answered {taken.status}"

    @property
    def _me(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": "Ona", "last_name": "Petrauskė", "language_code": "en"}

    def _said(self, text: str) -> dict[str, Any]:
        number = next(self.updates)
        chat = {"id": self.id, "type": "private", "first_name": "Ona", "last_name": "Petrauskė"}
        message = {"message_id": number, "from": self._me, "chat": chat, "date": int(time.time()), "text": text}
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.partition(" ")[0])}]
        return {"update_id": number, "message": message}

    def _pressed(self, label: str) -> dict[str, Any]:
        number = next(self.updates)
        keys = itertools.chain.from_iterable(self.last["reply_markup"]["inline_keyboard"])
        load = next(key["callback_data"] for key in keys if label in key["text"])
        query = {"id": str(number), "from": self._me, "message": self.last, "chat_instance": "1", "data": load}
        return {"update_id": number, "callback_query": query}


async def everybody(people: list[Person], at_once: int, until: float | None = None) -> None:
    """Let so many people talk side by side until all have sold."""
    waiting = iter(people)

    async def one_after_the_other() -> None:
        for person in waiting:
            await person.sells(until)

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
