"""The Bot API over HTTP: it finds the method, and answers in Telegram's envelope."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from lab.telegram.call import Call, Refusal, bad_request
from lab.telegram.limits import UPLOAD_BYTES
from lab.telegram.methods import editing, forwarding, membership, profile, queries, sending, stars, topics
from lab.telegram.newer_methods import newer_method
from lab.telegram.phones import router_of
from lab.telegram.shapes import check_result, parameters_of
from lab.telegram.state import DEFAULT_TOKEN, Bot
from lab.world import World

TOKEN: Final = re.compile(r"\d+:[\w-]{35,}")

Method = Callable[[Bot, Call], Any]
# Telegram takes method names in any case.
PARTS: Final = (sending, editing, forwarding, profile, queries, stars, topics, membership)
METHODS: Final[dict[str, Method]] = {name.lower(): method for part in PARTS for name, method in part.METHODS.items()}


class Telegram:
    """The simulated Telegram with one bot. Set `token` to the product's."""

    def __init__(self, world: World, token: str = DEFAULT_TOKEN) -> None:
        self.world = world
        self.bot = Bot(world, token, self._on_reply)

    @property
    def token(self) -> str:
        return self.bot.token

    @token.setter
    def token(self, token: str) -> None:
        if not TOKEN.fullmatch(token):
            raise ValueError("a bot token is digits, a colon and at least 35 letters, digits, _ or -")
        self.bot.token = token

    async def start(self, base_url: str) -> None:
        """Do nothing: Telegram waits to be called."""

    async def stop(self) -> None:
        await self.bot.delivery.stop()

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/telegram/file/bot{token}/{path:path}", self._download, methods=["GET"])
        router.add_api_route("/telegram/bot{token}/{method}", self._answer, methods=["GET", "POST"])
        router.routes.extend(router_of(self.bot).routes)
        return router

    async def call(self, method: str, call: Call) -> dict[str, Any]:
        """Return the whole answer to one method call. Raises Refusal."""
        delivery = self.bot.delivery
        if strangers := call.fields.keys() - parameters_of(method.lower()):
            # Telegram would not report it
            raise bad_request(f"{method} has no parameter {', '.join(sorted(strangers))}")
        match method.lower():
            case "getupdates":
                return {"ok": True, "result": await delivery.poll(call)}
            case "setwebhook":
                return {"ok": True, "result": True, "description": delivery.set_webhook(call)}
            case "deletewebhook":
                return {"ok": True, "result": True, "description": delivery.delete_webhook(call)}
            case name if name in METHODS:
                result = METHODS[name](self.bot, call)
                if unread := call.unread():
                    raise Refusal(501, f"Not Implemented: the lab does not do {', '.join(unread)} of {method}")
                check_result(method, result)
                return {"ok": True, "result": result}
        if (newer := newer_method(method)) is not None:
            raise Refusal(501, f"Not Implemented: the lab does not do {method} (Bot API {newer.since})")
        raise Refusal(404, "Not Found: method not found")

    async def _answer(self, token: str, method: str, request: Request) -> JSONResponse:
        try:
            self._check(token, int(request.headers.get("content-length", 0)))
            return JSONResponse(await self.call(method, await Call.read(request)))
        except Refusal as refusal:
            return JSONResponse(refusal.as_answer(), refusal.code)

    async def _download(self, token: str, path: str) -> Response:
        try:
            self._check(token)
        except Refusal as refusal:
            return JSONResponse(refusal.as_answer(), refusal.code)
        stored = self.bot.files.at(path)
        if stored is None:
            return JSONResponse(Refusal(404, "Not Found").as_answer(), 404)
        return Response(stored.content, media_type="application/octet-stream")

    async def _on_reply(self, reply: dict[str, Any]) -> None:
        """Make a call from the answer of a webhook. As in Telegram, the bot never learns its result."""
        with contextlib.suppress(Refusal):
            await self.call(str(reply["method"]), Call(reply))

    def _check(self, token: str, body_bytes: int = 0) -> None:
        if not TOKEN.fullmatch(token):
            raise Refusal(404, "Not Found")
        if token != self.bot.token:
            raise Refusal(401, "Unauthorized")
        if body_bytes > UPLOAD_BYTES + 1024 * 1024:
            raise Refusal(413, "Request Entity Too Large")
