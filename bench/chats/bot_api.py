"""A simulated Bot API server, small and quick, beside the measured programs. Only the bench pays for its CPU.

It answers as the real one does: a sent message comes back whole. It hands every message on to the waiting receiver.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

BOT = {"id": 7001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


@dataclass
class BotApi:
    """The server's state. `seconds`: the delay of every answer. `calls`: how often each method was called."""

    seconds: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    url: str = ""
    _chats: dict[int, asyncio.Queue[dict[str, Any]]] = field(default_factory=dict)
    _messages: int = 1000

    def chat(self, chat: int) -> asyncio.Queue[dict[str, Any]]:
        """Return the queue of messages that reach a chat."""
        return self._chats.setdefault(chat, asyncio.Queue())

    async def answer(self, request: web.BaseRequest) -> web.Response:
        method = request.path.rpartition("/")[2]
        given = await parameters(request)
        if self.seconds and method != "getMe":
            await asyncio.sleep(self.seconds)
        self.calls[method] += 1
        if "/slack/" in request.path:
            return web.json_response({"ok": True, "user_id": "U1", "team_id": "T1", "bot_id": "B1", "user": "bench"})
        result: Any = True
        if method == "getMe":
            result = BOT
        elif method in {"sendMessage", "editMessageText"}:
            result = self._shown(given)
        return web.json_response({"ok": True, "result": result})

    def _shown(self, given: dict[str, Any]) -> dict[str, Any]:
        """Bring a new or changed message to the chat."""
        self._messages += 1
        chat = int(given["chat_id"])
        message = {
            "message_id": int(given.get("message_id", self._messages)),
            "from": BOT,
            "chat": {"id": chat, "type": "private", "first_name": "Person"},
            "date": int(time.time()),
            "text": given["text"],
        }
        for name in ("entities", "reply_markup"):
            if given.get(name):
                part = given[name]
                message[name] = json.loads(part) if isinstance(part, str) else part
        self.chat(chat).put_nowait(message)
        return message


async def parameters(request: web.BaseRequest) -> dict[str, Any]:
    """Return a call's parameters, in any of the three ways in which the client sends them."""
    body = await request.read()
    if not body:
        return {}
    if request.content_type == "application/json":
        given: dict[str, Any] = json.loads(body)
        return given
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode()))
    return dict(await request.post())


@contextlib.asynccontextmanager
async def open_api() -> AsyncIterator[BotApi]:
    api = BotApi()
    runner = web.ServerRunner(web.Server(api.answer))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield api
    await runner.cleanup()
