"""The lab's side of Slack over HTTP: people and their windows, for the page and the tests (see lab/FACE.md)."""

from __future__ import annotations

import mimetypes
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Body, Form, HTTPException, Response, UploadFile
from pydantic import BaseModel

from lab.slack.delivery import Delivery
from lab.slack.typed import Value
from lab.slack.window import Impossible, Window
from lab.slack.workspace import Workspace

Json = dict[str, Any]


class Newcomer(BaseModel):
    name: str
    id: str | None = None
    email: str | None = None
    locale: str | None = None
    tz: str | None = None


class Said(BaseModel):
    text: str
    channel: str | None = None
    thread_ts: str | None = None


class Typed(BaseModel):
    text: str
    channel: str | None = None


class Touched(BaseModel):
    """An element on the screen, and what was picked or typed in it."""

    action_id: str
    block_id: str
    value: Value = None
    channel: str | None = None
    ts: str | None = None
    view_id: str | None = None

    def where(self) -> Json:
        return {"channel": self.channel, "ts": self.ts, "view_id": self.view_id}


class Submitted(BaseModel):
    view_id: str
    values: dict[str, dict[str, Value]] = {}


class Closed(BaseModel):
    view_id: str


class Pulled(BaseModel):
    callback_id: str
    channel: str | None = None
    ts: str | None = None


class Inhabited(Protocol):
    """What the face needs of Slack."""

    work: Workspace
    delivery: Delivery

    def window(self, person: str) -> Window: ...


def router(slack: Inhabited) -> APIRouter:
    routes = APIRouter(prefix="/lab/slack")
    _people(routes, slack)
    _window(routes, slack)
    _help(routes, slack)
    _files(routes, slack)
    return routes


def _people(routes: APIRouter, slack: Inhabited) -> None:
    @routes.post("/people")
    async def join(newcomer: Newcomer) -> Json:
        return slack.work.add_person(**newcomer.model_dump(exclude={"id"}), id_=newcomer.id).shown()

    @routes.post("/disconnect")
    async def disconnect(reason: Annotated[str, Body(embed=True)] = "refresh_requested") -> Json:
        """Ask the app's Socket Mode connections to come again."""
        return {"asked": await slack.delivery.disconnect(reason)}


def _window(routes: APIRouter, slack: Inhabited) -> None:
    @routes.get("/people/{person}/screen")
    async def screen(person: str) -> Json:
        return _window_of(slack, person).screen()

    @routes.post("/people/{person}/say")
    async def say(person: str, said: Said) -> Json:
        with _Refused():
            return _window_of(slack, person).say(said.text, said.channel, said.thread_ts, [])

    @routes.post("/people/{person}/command")
    async def command(person: str, typed: Typed) -> Json:
        with _Refused():
            await _window_of(slack, person).command(typed.text, typed.channel)
        return {}

    @routes.post("/people/{person}/press")
    async def press(person: str, touched: Touched) -> Json:
        window = _window_of(slack, person)
        with _Refused():
            return {"acked": await window.press(touched.block_id, touched.action_id, touched.value, touched.where())}

    @routes.post("/people/{person}/submit")
    async def submit(person: str, submitted: Submitted) -> Json:
        with _Refused():
            errors = await _window_of(slack, person).submit(submitted.view_id, submitted.values)
        return {"errors": errors} if errors else {}

    @routes.post("/people/{person}/close")
    async def close(person: str, closed: Closed) -> Json:
        with _Refused():
            await _window_of(slack, person).close(closed.view_id)
        return {}

    @routes.post("/people/{person}/home")
    async def home(person: str, tab: Annotated[str, Body(embed=True)] = "home") -> Json:
        _window_of(slack, person).open_home(tab)
        return {}


def _help(routes: APIRouter, slack: Inhabited) -> None:
    """What the app offers on request: shortcuts and suggested options."""

    @routes.post("/people/{person}/shortcut")
    async def shortcut(person: str, pulled: Pulled) -> Json:
        with _Refused():
            acked = await _window_of(slack, person).shortcut(pulled.callback_id, pulled.channel, pulled.ts)
        return {"acked": acked}

    @routes.post("/people/{person}/suggest")
    async def suggest(person: str, touched: Touched) -> list[Json]:
        """The options the app offers for what was typed (`value`)."""
        window, typed = _window_of(slack, person), str(touched.value or "")
        with _Refused():
            return await window.suggest(touched.block_id, touched.action_id, typed, touched.where())


def _files(routes: APIRouter, slack: Inhabited) -> None:
    @routes.post("/people/{person}/upload")
    async def upload(
        person: str,
        files: list[UploadFile],
        share: Annotated[str | None, Form()] = None,
        text: Annotated[str, Form()] = "",
    ) -> list[Json]:
        window = _window_of(slack, person)
        stored = []
        for each in files:
            name = each.filename or "file"
            mime = each.content_type or mimetypes.guess_type(name)[0]
            stored.append(window.upload(name, await each.read(), mime))
        if share:
            with _Refused():
                for file in stored:
                    file.channels.append(share)
                window.say(text, share, None, stored)
        return [{"id": file.id, "name": file.name} for file in stored]

    @routes.get("/files/{file_id}")
    async def file(file_id: str) -> Response:
        stored = slack.work.files.get(file_id)
        if stored is None:
            raise HTTPException(404, "no such file")
        return Response(stored.content, media_type=stored.mime)


def _window_of(slack: Inhabited, person: str) -> Window:
    if person not in slack.work.people:
        raise HTTPException(404, "nobody of this id in the workspace")
    return slack.window(person)


class _Refused:
    """Turns what nobody could do in a real window into a 409 that says why."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: object) -> None:
        if isinstance(error, Impossible):
            raise HTTPException(409, str(error)) from error
