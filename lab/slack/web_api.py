"""The Web API's front: tokens, arguments in any of the three encodings, scopes, rate limits, and Slack's answers."""

from __future__ import annotations

import base64
import binascii
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from slack_sdk import WebClient

from lab.slack.app import App
from lab.slack.delivery import Delivery
from lab.slack.rates import RULES, Rates, TooFast, check_scope
from lab.slack.refusal import Refusal
from lab.slack.views import Views
from lab.slack.workspace import Workspace

Json = dict[str, Any]


def _unpacked(value: object) -> object:
    """Parse form fields that carry structures as JSON text. Raises ValueError for other text."""
    return json.loads(value) if isinstance(value, str) else value


class Arguments(BaseModel):
    """A method's arguments. Slack ignores those it does not know."""

    model_config = ConfigDict(extra="ignore")


Structure = Annotated[Json, BeforeValidator(_unpacked)]
Structures = Annotated[list[Json], BeforeValidator(_unpacked)]


@dataclass(frozen=True, slots=True)
class Office:
    """The context of the methods: the app in one workspace."""

    app: App
    work: Workspace
    views: Views
    rates: Rates
    delivery: Delivery


Method = tuple[type[Arguments], Callable[[Office, Any], Json]]

# Methods that need no token, and the one that needs the app's own.
_OPEN: Final = frozenset({"api.test", "oauth.v2.access"})
_APP_LEVEL: Final = frozenset({"apps.connections.open"})


# Arguments that name something in one workspace.
NAMING: Final = ("team_id", "channel", "channel_id", "user", "users", "user_id", "trigger_id", "view_id", "file")
# Arguments that every method takes, whether or not the SDK's signature has them.
EVERYWHERE: Final = frozenset({"token", "team_id", "enterprise_id", "api_app_id"})
# Arguments without a visible effect in the lab.
COURTESIES: Final = frozenset(
    {"mrkdwn", "link_names", "parse", "unfurl_links", "unfurl_media", "include_num_members", "include_locale"}
    | {"exclude_archived", "prevent_creation", "highlight_type", "snippet_type", "include_all_metadata"}
)


class WebApi:
    """The Web API. `offices` are the app's contexts, the first workspace's first; `methods` are all methods."""

    def __init__(self, app: App, offices: Callable[[], Iterator[Office]], methods: Mapping[str, Method]) -> None:
        self.app = app
        self.offices = offices
        self.methods = methods
        self.dead: dict[str, str] = {}  # former tokens -> what Slack says of them

    async def answer(self, method: str, request: Request) -> JSONResponse:
        """Answer a call: always HTTP 200 with `ok`, except for 429."""
        headers: dict[str, str] = {}
        try:
            given = await _arguments(request)
            shape, work = self._find(method)
            office = self._authorise(method, request, given)
            if office.work.token is not None:
                headers["X-OAuth-Scopes"] = ",".join(sorted(office.work.scopes))
                headers["X-Accepted-OAuth-Scopes"] = ",".join(RULES[method].scopes)
            office.rates.call(office.work.id, method)
            _check_names(method, shape, given)
            return JSONResponse({"ok": True, **work(office, _shaped(shape, given))}, headers=headers)
        except Refusal as refusal:
            return JSONResponse(refusal.answer(), headers=headers)
        except TooFast as too_fast:
            headers["Retry-After"] = str(too_fast.wait_seconds)
            return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers=headers)

    def _find(self, method: str) -> Method:
        if method not in self.methods:
            raise Refusal("unknown_method", req_method=method)
        return self.methods[method]

    def _authorise(self, method: str, request: Request, given: Json) -> Office:
        """Return the office that a token opens. Raises what Slack says of other tokens."""
        offices = list(self.offices())
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if method in _OPEN:
            if scheme.lower() == "basic":
                given |= _basic(token)
            return offices[0]
        token = token if scheme.lower() == "bearer" else str(given.get("token") or "")
        if not token:
            raise Refusal("not_authed")
        if token in self.dead:
            raise Refusal(self.dead[token])
        seats = [office for office in offices if office.work.opened_by(token)]
        seat = _meant(seats, given)
        if seat is None and token != self.app.token:
            raise Refusal("invalid_auth")
        if (method in _APP_LEVEL) != (token == self.app.token):
            raise Refusal("not_allowed_token_type")
        if seat is None:
            return offices[0]
        check_scope(method, seat.work.scopes)
        return seat


def _meant(seats: list[Office], given: Json) -> Office | None:
    """Return the workspace that a call is about. An organisation's token opens several."""
    if len(seats) < 2:
        return seats[0] if seats else None
    ids = {str(given[name]).split(",")[0] for name in NAMING if given.get(name)}
    named = (seat for seat in seats if seat.work.id in ids)
    known = (seat for seat in seats if any(_knows(seat, each) for each in ids))
    return next(named, next(known, seats[0]))


def _knows(seat: Office, id_: str) -> bool:
    work = seat.work
    places: tuple[Mapping[str, object], ...] = (work.channels, work.people, work.files, work.triggers)
    return any(id_ in place for place in places) or seat.views.find(id_) is not None


def _basic(token: str) -> Json:
    """Return a client's id and secret from HTTP Basic."""
    try:
        name, _, secret = base64.b64decode(token).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": name, "client_secret": secret}


async def _arguments(request: Request) -> Json:
    """Return the arguments from query, form or JSON. Raises invalid_json, invalid_form_data."""
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


def _check_names(method: str, shape: type[Arguments], given: Json) -> None:
    """Refuse arguments that are unknown or that the lab would ignore; Slack lets them pass silently."""
    names = {name for name, value in given.items() if value is not None} - EVERYWHERE
    if strangers := sorted(names - shape.model_fields.keys() - parameters_of(method)):
        raise Refusal("invalid_arguments", [f"[ERROR] {method} has no argument {', '.join(strangers)}"])
    if undone := sorted(names - shape.model_fields.keys() - COURTESIES):
        raise Refusal("not_in_the_lab", [f"[ERROR] the lab does not do {', '.join(undone)} of {method}"])


@cache
def parameters_of(method: str) -> frozenset[str]:
    """Return the arguments of a method, by slack_sdk's own signature of it."""
    own = getattr(WebClient, method.replace(".", "_"), None)
    return frozenset(inspect.signature(own).parameters) if own else frozenset()


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
