"""The pretend Slack: Web API, Socket Mode or signed HTTP, files, response URLs, and the people's windows.

`Slack(world)` keeps one workspace with one installed app; `router()` carries all its paths.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse

from lab.slack import api_chat, api_files, api_people, api_views, face, respond
from lab.slack.delivery import Delivery
from lab.slack.refusal import Refusal
from lab.slack.views import Views
from lab.slack.web_api import Arguments, Method, Office, WebApi
from lab.slack.window import Window
from lab.slack.workspace import BOT_USER, Workspace
from lab.world import World

__all__ = ["Slack"]

_SIGN_IN: Final = "<!DOCTYPE html><title>Sign in to Parley | Slack</title><h1>Sign in</h1>"


class Slack:
    def __init__(self, world: World) -> None:
        self.work = Workspace(world)
        self.views = Views(self.work)
        self.bot_token = f"xoxb-{self.work.new_secret()}"
        self.app_token = f"xapp-{self.work.new_secret()}"
        self.signing_secret = self.work.new_secret(32)
        self.bot_user = BOT_USER
        self.delivery = Delivery(self.work, self.signing_secret)
        self._api = WebApi(Office(self.work, self.views), self._methods(), self.bot_token, self.app_token)

    @property
    def events_url(self) -> str | None:
        """Where the app takes signed HTTP; None: it comes for its messages by Socket Mode."""
        return self.delivery.events_url

    @events_url.setter
    def events_url(self, url: str | None) -> None:
        self.delivery.events_url = url

    async def start(self, base_url: str) -> None:
        self.work.base_url = base_url

    async def stop(self) -> None:
        await self.delivery.stop()

    def people(self) -> list[dict[str, Any]]:
        return [person.shown() for person in self.work.people.values()]

    def window(self, person: str) -> Window:
        return Window(self.work, self.views, self.delivery, self.work.people[person])

    def router(self) -> APIRouter:
        routes = APIRouter()
        routes.add_api_route("/slack/api/{method}", self._call, methods=["GET", "POST"])
        routes.add_api_websocket_route("/slack/socket", self._socket)
        routes.add_api_route("/slack/upload/{file_id}", self._upload, methods=["POST"])
        routes.add_api_route("/slack/files/{file_id}", self._download, methods=["GET"])
        routes.add_api_route("/slack/response/{key}", self._respond, methods=["POST"])
        routes.include_router(face.router(self))
        return routes

    def _methods(self) -> dict[str, Method]:
        own: dict[str, Method] = {"apps.connections.open": (Arguments, self._open_connection)}
        return own | api_chat.METHODS | api_views.METHODS | api_people.METHODS | api_files.METHODS

    def _open_connection(self, _: Office, __: Arguments) -> dict[str, Any]:
        """A websocket address that is good for one connection."""
        ticket = self.work.new_secret()
        self.delivery.tickets.add(ticket)
        address = self.work.base_url.replace("http", "ws", 1)
        return {"url": f"{address}/slack/socket?ticket={ticket}"}

    async def _call(self, method: str, request: Request) -> JSONResponse:
        return await self._api.answer(method, request)

    async def _socket(self, socket: WebSocket, ticket: str = "") -> None:
        if ticket not in self.delivery.tickets:
            await socket.close()
            return
        self.delivery.tickets.discard(ticket)
        await self.delivery.serve(socket)

    async def _upload(self, file_id: str, request: Request) -> Response:
        """The second step of an upload: the bytes, plain or as a multipart file, as many as announced."""
        file = self.work.files.get(file_id)
        if file is None or file.complete:
            return PlainTextResponse("not found", 404)
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form() as form:
                parts = [part for part in form.values() if not isinstance(part, str)]
                content = await parts[0].read() if parts else b""
        else:
            content = await request.body()
        if len(content) != file.length:
            return PlainTextResponse("content length does not match", 400)
        file.content = content
        return PlainTextResponse(f"OK - {len(content)}")

    async def _download(self, file_id: str, request: Request) -> Response:
        """Without the token Slack answers with its sign-in page and status 200, a trap worth keeping."""
        if request.headers.get("authorization") != f"Bearer {self.bot_token}":
            return HTMLResponse(_SIGN_IN)
        file = self.work.files.get(file_id)
        if file is None or not file.complete:
            return PlainTextResponse("not found", 404)
        return Response(file.content, media_type=file.mime)

    async def _respond(self, key: str, request: Request) -> Response:
        try:
            body = await request.json()
            respond.answer(self.work, key, body if isinstance(body, dict) else {})
        except Refusal as refusal:
            return JSONResponse(refusal.answer(), 404 if refusal.error.endswith("_url") else 400)
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        return PlainTextResponse("ok")
