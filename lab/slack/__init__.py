"""The simulated Slack: Web API, Socket Mode or signed HTTP, files, response URLs, installation, and people's windows.

`Slack(world)` has one app, installed in one workspace; more workspaces can be opened. `router()` carries all its paths.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Final

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse

from lab.slack import face, oauth, responses
from lab.slack.app import SCOPES, App, Manifest
from lab.slack.delivery import Delivery
from lab.slack.methods import channels, chat, files, marks, people, scheduled_messages, views
from lab.slack.rates import Rates
from lab.slack.refusal import Refusal
from lab.slack.views import Views
from lab.slack.web_api import Arguments, Method, Office, WebApi
from lab.slack.window import Window
from lab.slack.workspace import BOT_USER, FIRST_TEAM, Enterprise, Workspace
from lab.world import World

__all__ = ["Slack"]

_SIGN_IN: Final = "<!DOCTYPE html><title>Sign in to Parley | Slack</title><h1>Sign in</h1>"
_LOOK_SECONDS: Final = 0.1
FAMILIES: Final = (channels, chat, files, marks, people, scheduled_messages, views)


class Slack:
    def __init__(self, world: World) -> None:
        self.world = world
        self.app = App(world)
        self.rates = Rates(world.clock)
        self.delivery = Delivery(self.app)
        self.works: dict[str, Workspace] = {}
        self.enterprises: dict[str, Enterprise] = {}
        self.views: dict[str, Views] = {}
        self.base_url = ""
        self.bot_user = BOT_USER
        self.add_workspace("Parley", FIRST_TEAM)
        oauth.install([self.work], self.app, SCOPES)
        self._api = WebApi(self.app, self.offices, self._methods())
        self._api.methods = {**self._api.methods, **oauth.methods(self.app, self.works, self._api.dead)}
        self._watching: asyncio.Task[None] | None = None

    @property
    def work(self) -> Workspace:
        """Return the first workspace."""
        return self.works[FIRST_TEAM]

    @property
    def web_api(self) -> WebApi:
        return self._api

    @property
    def bot_token(self) -> str:
        return self.work.token or ""

    @property
    def app_token(self) -> str:
        return self.app.token

    @property
    def client_id(self) -> str:
        return self.app.client_id

    @property
    def client_secret(self) -> str:
        return self.app.client_secret

    @property
    def signing_secret(self) -> str:
        return self.app.signing_secret

    @property
    def events_url(self) -> str | None:
        """Return the address where the app takes signed HTTP; None means Socket Mode."""
        return self.app.events_url

    @events_url.setter
    def events_url(self, url: str | None) -> None:
        self.app.events_url = url

    async def start(self, base_url: str) -> None:
        self.base_url = base_url
        for work in self.works.values():
            work.base_url = base_url
        self._watching = asyncio.create_task(self._post_in_time(), name="slack-scheduled-messages")

    async def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self.delivery.stop()

    def add_enterprise(self, name: str, id_: str | None = None) -> Enterprise:
        """Add an organisation on Enterprise Grid, without workspaces; the same id again returns it."""
        if id_ in self.enterprises:
            return self.enterprises[id_]
        key = self.work.new_id("")
        made = Enterprise(id_ or f"E{key}", name, bot_user=f"U{key}", bot_id=f"B{key}")
        self.enterprises[made.id] = made
        return made

    def add_workspace(self, name: str, id_: str | None = None, enterprise: str | None = None) -> Workspace:
        """Add a workspace without the app; the same id again returns it. `enterprise`: its organisation's id.

        Where the organisation has installed the app as a whole, its new workspace has the app too.
        """
        if id_ in self.works:
            return self.works[id_]
        work = Workspace(self.world)
        if id_ != FIRST_TEAM:
            key, grid = work.new_id(""), self.enterprises[enterprise] if enterprise else None
            work = Workspace(
                self.world,
                id=id_ or f"T{key}",
                name=name,
                base_url=self.base_url,
                bot_user=grid.bot_user if grid else f"U{key}",
                bot_id=grid.bot_id if grid else f"B{key}",
                general=f"C{key}",
                enterprise=grid,
            )
        sibling = next(
            (each for each in self.works.values() if each.enterprise and each.enterprise == work.enterprise), None
        )
        if sibling is not None:
            oauth.join_organisation(work, sibling)
        self.works[work.id] = work
        self.views[work.id] = Views(work)
        return work

    def offices(self) -> Iterator[Office]:
        """Return the app's context in each workspace, installed or not."""
        for team, work in self.works.items():
            yield Office(self.app, work, self.views[team], self.rates, self.delivery)

    def people(self) -> list[dict[str, Any]]:
        return [person.shown() for work in self.works.values() for person in work.people.values()]

    def work_of(self, person: str) -> Workspace | None:
        """Return the workspace that the person is in, or None."""
        return next((work for work in self.works.values() if person in work.people), None)

    def window(self, person: str) -> Window:
        """Return the person's window. Raises KeyError if they are in no workspace."""
        work = self.work_of(person)
        if work is None:
            raise KeyError(person)
        return Window(self.app, work, self.views[work.id], self.delivery, work.people[person])

    def adopt(self, manifest: dict[str, Any]) -> None:
        """Put a manifest into the app's page; an empty one removes it. Raises BadManifest.

        In every workspace with the app, the scopes become those of the manifest.
        """
        self.app.manifest = Manifest.read(manifest) if manifest else None
        for work in self.works.values():
            work.scopes = self.app.scopes if work.token else frozenset()

    def uninstall(self, team: str) -> None:
        """Remove the app from a workspace, as an administrator does; or from its organisation, if that installed it."""
        office = next(each for each in self.offices() if each.work.id == team)
        oauth.uninstall(office, self.works, self._api.dead)

    def router(self) -> APIRouter:
        routes = APIRouter()
        routes.add_api_route("/slack/api/{method}", self._call, methods=["GET", "POST"])
        routes.add_api_websocket_route("/slack/socket", self._socket)
        routes.add_api_route("/slack/upload/{file_id}", self._upload, methods=["POST"])
        routes.add_api_route("/slack/files/{file_id}", self._download, methods=["GET"])
        routes.add_api_route("/slack/response/{key}", self._respond, methods=["POST"])
        routes.add_api_route("/slack/oauth/v2/authorize", self._install_page, methods=["GET"])
        routes.add_api_route("/slack/oauth/v2/authorize", self._install, methods=["POST"])
        routes.routes.extend(face.router(self).routes)
        return routes

    def _methods(self) -> dict[str, Method]:
        own: dict[str, Method] = {"apps.connections.open": (Arguments, self._open_connection)}
        return own | {name: method for family in FAMILIES for name, method in family.METHODS.items()}

    def _open_connection(self, _: Office, __: Arguments) -> dict[str, Any]:
        """Return a websocket address that is good for one connection."""
        ticket = self.app.new_secret(24)
        self.delivery.tickets.add(ticket)
        address = self.base_url.replace("http", "ws", 1)
        return {"url": f"{address}/slack/socket?ticket={ticket}"}

    async def _post_in_time(self) -> None:
        """Post scheduled messages when the world's clock says so."""
        while True:
            for work in self.works.values():
                scheduled_messages.post_what_is_due(work)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _call(self, method: str, request: Request) -> JSONResponse:
        self.rates.pace = self.app.pace
        return await self._api.answer(method, request)

    async def _socket(self, socket: WebSocket, ticket: str = "") -> None:
        if ticket not in self.delivery.tickets:
            await socket.close()
            return
        self.delivery.tickets.discard(ticket)
        await self.delivery.serve(socket)

    async def _upload(self, file_id: str, request: Request) -> Response:
        """Accept the second step of an upload: as many bytes as announced, plain or as a multipart file."""
        work = next((each for each in self.works.values() if file_id in each.files), None)
        if work is None or work.files[file_id].complete:
            return PlainTextResponse("not found", 404)
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form() as form:
                parts = [part for part in form.values() if not isinstance(part, str)]
                content = await parts[0].read() if parts else b""
        else:
            content = await request.body()
        if len(content) != work.files[file_id].length:
            return PlainTextResponse("content length does not match", 400)
        work.files[file_id].content = content
        return PlainTextResponse(f"OK - {len(content)}")

    async def _download(self, file_id: str, request: Request) -> Response:
        """Return a file. Without the right token Slack answers with its sign-in page and status 200, and so does the
        lab.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            opened = [each for each in self.works.values() if token and each.opened_by(token)]
        except Refusal:
            opened = []
        work = next((each for each in opened if file_id in each.files), next(iter(opened), None))
        if scheme != "Bearer" or work is None or "files:read" not in work.scopes:
            return HTMLResponse(_SIGN_IN)
        file = work.files.get(file_id)
        if file is None or not file.complete:
            return PlainTextResponse("not found", 404)
        return Response(file.content, media_type=file.mime)

    async def _respond(self, key: str, request: Request) -> Response:
        work = next((each for each in self.works.values() if key in each.responses), self.work)
        try:
            body = await request.json()
            responses.answer(work, key, body if isinstance(body, dict) else {})
        except Refusal as refusal:
            return JSONResponse(refusal.answer(), 404 if refusal.error.endswith("_url") else 400)
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        return PlainTextResponse("ok")

    async def _install_page(self, request: Request) -> Response:
        status, page = oauth.page(self.app, self.works, request.url.query)
        return HTMLResponse(page, status)

    async def _install(self, request: Request) -> Response:
        """Carry out a press of a button on the install page."""
        async with request.form() as form:
            person, do = str(form.get("person")), form.get("do")
        work = self.work_of(person)
        if work is None:
            return PlainTextResponse("nobody of this id", 404)
        try:
            grant = oauth.grant_request_of(self.app, f"?{request.url.query}")
            if do not in {"allow", "allow_whole"}:
                return RedirectResponse(oauth.deny(grant), 303)
            allowed = oauth.allow(work, self.app, work.people[person], grant, whole=do == "allow_whole")
        except Refusal as refused:
            return PlainTextResponse(refused.error, 400)
        return RedirectResponse(allowed, 303)
