"""A person's window over HTTP: every call is something that they do or see (lab/FACE.md lists them)."""

from __future__ import annotations

import mimetypes
from typing import Annotated

from fastapi import APIRouter, Body, Form, HTTPException, Response, UploadFile
from pydantic import BaseModel

from lab.slack.face.workspace_people import Inhabited, Json, Refused, window_of, workspace_of
from lab.slack.form_state import Value

Channel = Annotated[str, Body(embed=True)]


class Newcomer(BaseModel):
    name: str
    id: str | None = None
    email: str | None = None
    locale: str | None = None
    tz: str | None = None
    team: str | None = None
    admin: bool = False


class Said(BaseModel):
    text: str
    channel: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False


class Changed(BaseModel):
    ts: str
    text: str = ""
    channel: str | None = None


class Reacted(BaseModel):
    ts: str
    name: str
    channel: str | None = None
    remove: bool = False


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
    all: bool = False


class Pulled(BaseModel):
    callback_id: str
    channel: str | None = None
    ts: str | None = None


def routes_on(routes: APIRouter, slack: Inhabited) -> None:
    _people(routes, slack)
    _words(routes, slack)
    _window(routes, slack)
    _help(routes, slack)
    _channels(routes, slack)
    _files(routes, slack)


def _people(routes: APIRouter, slack: Inhabited) -> None:
    @routes.post("/people")
    async def join(newcomer: Newcomer) -> Json:
        work = workspace_of(slack, newcomer.team) if newcomer.team else slack.work
        given = newcomer.model_dump(exclude={"id", "team"})
        return work.add_person(**given, id_=newcomer.id).shown()

    @routes.post("/people/{person}/deactivate")
    async def deactivate(person: str) -> Json:
        window = window_of(slack, person)
        window.deactivate()
        return window.person.shown()

    @routes.get("/people/{person}/screen")
    async def screen(person: str) -> Json:
        return window_of(slack, person).screen()


def _words(routes: APIRouter, slack: Inhabited) -> None:
    @routes.post("/people/{person}/say")
    async def say(person: str, said: Said) -> Json:
        with Refused():
            return window_of(slack, person).say(said.text, said.channel, said.thread_ts, broadcast=said.broadcast)

    @routes.post("/people/{person}/edit")
    async def edit(person: str, changed: Changed) -> Json:
        with Refused():
            return window_of(slack, person).edit(changed.ts, changed.text, changed.channel)

    @routes.post("/people/{person}/delete")
    async def delete(person: str, changed: Changed) -> Json:
        with Refused():
            window_of(slack, person).delete(changed.ts, changed.channel)
        return {}

    @routes.post("/people/{person}/react")
    async def react(person: str, reacted: Reacted) -> Json:
        with Refused():
            window_of(slack, person).react(reacted.ts, reacted.name, reacted.channel, remove=reacted.remove)
        return {}

    @routes.post("/people/{person}/command")
    async def command(person: str, typed: Typed) -> Json:
        with Refused():
            await window_of(slack, person).command(typed.text, typed.channel)
        return {}


def _window(routes: APIRouter, slack: Inhabited) -> None:
    @routes.post("/people/{person}/press")
    async def press(person: str, touched: Touched) -> Json:
        window = window_of(slack, person)
        with Refused():
            return {"acked": await window.press(touched.block_id, touched.action_id, touched.value, touched.where())}

    @routes.post("/people/{person}/submit")
    async def submit(person: str, submitted: Submitted) -> Json:
        with Refused():
            errors = await window_of(slack, person).submit(submitted.view_id, submitted.values)
        return {"errors": errors} if errors else {}

    @routes.post("/people/{person}/close")
    async def close(person: str, closed: Closed) -> Json:
        window = window_of(slack, person)
        with Refused():
            await (window.close_all() if closed.all else window.close(closed.view_id))
        return {}

    @routes.post("/people/{person}/home")
    async def home(person: str, tab: Annotated[str, Body(embed=True)] = "home") -> Json:
        window_of(slack, person).open_home(tab)
        return {}


def _help(routes: APIRouter, slack: Inhabited) -> None:
    """Add the calls for what the app offers on request: shortcuts and suggested options."""

    @routes.post("/people/{person}/shortcut")
    async def shortcut(person: str, pulled: Pulled) -> Json:
        with Refused():
            acked = await window_of(slack, person).shortcut(pulled.callback_id, pulled.channel, pulled.ts)
        return {"acked": acked}

    @routes.post("/people/{person}/suggest")
    async def suggest(person: str, touched: Touched) -> list[Json]:
        """Return the options that the app offers for the typed text (`value`)."""
        window, typed = window_of(slack, person), str(touched.value or "")
        with Refused():
            return await window.suggest(touched.block_id, touched.action_id, typed, touched.where())


def _channels(routes: APIRouter, slack: Inhabited) -> None:
    @routes.post("/people/{person}/join")
    async def join(person: str, channel: Channel) -> Json:
        with Refused():
            return window_of(slack, person).join(channel)

    @routes.post("/people/{person}/leave")
    async def leave(person: str, channel: Channel) -> Json:
        with Refused():
            window_of(slack, person).leave(channel)
        return {}

    @routes.post("/people/{person}/invite_app")
    async def invite_app(person: str, channel: Channel) -> Json:
        with Refused():
            return window_of(slack, person).invite_app(channel)


def _files(routes: APIRouter, slack: Inhabited) -> None:
    @routes.post("/people/{person}/upload")
    async def upload(
        person: str,
        files: list[UploadFile],
        share: Annotated[str | None, Form()] = None,
        text: Annotated[str, Form()] = "",
    ) -> list[Json]:
        window = window_of(slack, person)
        stored = []
        for each in files:
            name = each.filename or "file"
            mime = each.content_type or mimetypes.guess_type(name)[0]
            stored.append(window.upload(name, await each.read(), mime))
        if share:
            with Refused():
                for file in stored:
                    file.channels.append(share)
                window.say(text, share, None, stored)
        return [{"id": file.id, "name": file.name} for file in stored]

    @routes.get("/files/{file_id}")
    async def file(file_id: str) -> Response:
        stored = next((work.files[file_id] for work in slack.works.values() if file_id in work.files), None)
        if stored is None:
            raise HTTPException(404, "no such file")
        return Response(stored.content, media_type=stored.mime)
