"""The Web API's front: tokens, arguments in any of the three encodings, rate limits, and Slack's shape of answers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from lab.slack.refusal import Refusal
from lab.slack.views import Views
from lab.slack.workspace import BURST, Channel, Workspace

Json = dict[str, Any]


def _unpacked(value: object) -> object:
    """Form fields carry structures as JSON text. Raises ValueError when it is none."""
    return json.loads(value) if isinstance(value, str) else value


class Arguments(BaseModel):
    """A method's arguments. Slack ignores those it does not know."""

    model_config = ConfigDict(extra="ignore")


Structure = Annotated[Json, BeforeValidator(_unpacked)]
Structures = Annotated[list[Json], BeforeValidator(_unpacked)]


class Office:
    """What the methods work on."""

    def __init__(self, work: Workspace, views: Views) -> None:
        self.work = work
        self.views = views


Method = tuple[type[Arguments], Callable[[Office, Any], Json]]


class TooFast(Exception):
    def __init__(self, wait_seconds: int) -> None:
        super().__init__(wait_seconds)
        self.wait_seconds = wait_seconds


def take_token(work: Workspace, channel: Channel) -> None:
    """One message's worth of the channel's allowance: one a second after a burst. Raises TooFast."""
    now = work.world.clock.now()
    if channel.refilled is not None:
        channel.tokens = min(BURST, channel.tokens + (now - channel.refilled).total_seconds())
    channel.refilled = now
    if channel.tokens < 1:
        raise TooFast(max(1, math.ceil(1 - channel.tokens)))
    channel.tokens -= 1


# Methods that need no token, and the one that needs the app's own.
_OPEN: Final = frozenset({"api.test"})
_APP_LEVEL: Final = frozenset({"apps.connections.open"})


class WebApi:
    def __init__(self, office: Office, methods: Mapping[str, Method], bot_token: str, app_token: str) -> None:
        self.office = office
        self.methods = methods
        self.bot_token = bot_token
        self.app_token = app_token

    async def answer(self, method: str, request: Request) -> JSONResponse:
        """Always HTTP 200 with `ok`, but for 429."""
        try:
            given = await _arguments(request)
            shape, work = self._find(method)
            self._authorise(method, request, given)
            return JSONResponse({"ok": True, **work(self.office, _shaped(shape, given))})
        except Refusal as refusal:
            return JSONResponse(refusal.answer())
        except TooFast as too_fast:
            headers = {"Retry-After": str(too_fast.wait_seconds)}
            return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers=headers)

    def _find(self, method: str) -> Method:
        if method not in self.methods:
            raise Refusal("unknown_method", req_method=method)
        return self.methods[method]

    def _authorise(self, method: str, request: Request, given: Json) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token if scheme.lower() == "bearer" else str(given.get("token") or "")
        if method in _OPEN:
            return
        if not token:
            raise Refusal("not_authed")
        if token not in {self.bot_token, self.app_token}:
            raise Refusal("invalid_auth")
        if token != (self.app_token if method in _APP_LEVEL else self.bot_token):
            raise Refusal("not_allowed_token_type")


async def _arguments(request: Request) -> Json:
    """Query, form or JSON, whichever the client chose. Raises invalid_json, invalid_form_data."""
    given: Json = dict(request.query_params)
    media = request.headers.get("content-type", "")
    if media.startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            raise Refusal("invalid_json") from None
        if not isinstance(body, dict):
            raise Refusal("json_not_object")
        return given | body
    if media.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        async with request.form() as form:
            return given | dict(form)
    return given


def _shaped(shape: type[Arguments], given: Json) -> Arguments:
    try:
        return shape.model_validate({key: value for key, value in given.items() if value is not None})
    except ValidationError as refused:
        complaints = []
        for error in refused.errors():
            name = error["loc"][0]
            if name == "blocks":
                raise Refusal("invalid_blocks_format") from None
            if error["type"] == "missing":
                complaints.append(f"[ERROR] missing required field: {name}")
            else:
                complaints.append(f"[ERROR] invalid value [json-pointer:/{'/'.join(map(str, error['loc']))}]")
        raise Refusal("invalid_arguments", complaints) from None
