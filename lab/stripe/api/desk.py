"""The desk every API call passes: key, version, parameters, idempotency, expansion, and Stripe's error JSON."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lab.stripe.api.conformance import check
from lab.stripe.api.errors import Refusal
from lab.stripe.api.parameters import read, unfold
from lab.stripe.api.shapes import Thing
from lab.stripe.books import PLATFORM, VERSION, Books, Call

KEPT_SECONDS: Final = 24 * 3600
"""Stripe may prune an idempotency key after 24 hours; the lab always does."""

Handler = Callable[[Books, Call], Thing]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `params` names the SDK's parameter type; `plays` lists the parameters that the lab acts on."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    params: str
    plays: str
    act: Handler


@dataclass(slots=True)
class Saved:
    """The first answer to an idempotency key; `status` is None while it is still being worked out."""

    fingerprint: str
    since: int
    status: int | None = None
    body: bytes = b""
    request_id: str = ""


class Desk:
    """Serves the routes. `pace_seconds` is how long a call takes to carry out (a person can make Stripe slow)."""

    def __init__(self, books: Books, secret_key: str) -> None:
        self.books = books
        self.secret_key = secret_key
        self.pace_seconds = 0.0
        self._saved: dict[tuple[str, str], Saved] = {}

    def router(self, routes: list[Route]) -> APIRouter:
        router = APIRouter()
        for route in routes:
            router.add_route(f"/stripe{route.path}", self._endpoint(route), methods=[route.method])
        router.add_route("/stripe/{path:path}", self._unrecognized, methods=["GET", "POST", "DELETE"])
        return router

    def _endpoint(self, route: Route) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            request_id = self.books.new_id("req")
            try:
                return await self._serve(route, request, request_id)
            except Refusal as refusal:
                return self._answer(request, refusal.status, _json(refusal.body), request_id)

        return endpoint

    async def _unrecognized(self, request: Request) -> Response:
        path = request.url.path.removeprefix("/stripe")
        refusal = Refusal(f"Unrecognized request URL ({request.method}: {path}).", status=404)
        return self._answer(request, 404, _json(refusal.body), self.books.new_id("req"))

    async def _serve(self, route: Route, request: Request, request_id: str) -> Response:
        account = self._authenticate(request)
        body = await self._body(request)
        key = request.headers.get("idempotency-key") if request.method != "GET" else None
        if key and len(key) > 255:
            raise Refusal("Idempotency keys can be at most 255 characters long.", kind="idempotency_error")
        saved = self._remembered(key, account, request, body) if key else None
        if saved and saved.status is not None:
            return self._answer(request, saved.status, saved.body, saved.request_id, key=key, replayed=True)
        params = read(body, route.params, route.plays)
        call = Call(params, dict(request.path_params), account, request_id, key)
        fresh = self._remember(key, account, request, body, request_id) if key else None
        try:
            status, content = await self._carry_out(route, call)
        except Refusal as refusal:
            if refusal.before_execution:
                self._forget(key, account)
                raise
            status, content = refusal.status, refusal.body
        except BaseException:
            self._forget(key, account)
            raise
        if fresh:
            fresh.status, fresh.body = status, _json(content)
        return self._answer(request, status, _json(content), request_id, key=key)

    async def _carry_out(self, route: Route, call: Call) -> tuple[int, Thing]:
        if self.pace_seconds:
            await asyncio.sleep(self.pace_seconds)
        self.books.settle()
        self.books.call = call
        try:
            thing = route.act(self.books, call)
        finally:
            self.books.call = None
        answer = expand(self.books, thing, call.params.get("expand") or [])
        check(answer)
        return 200, answer

    def _authenticate(self, request: Request) -> str:
        """The account on whose behalf the call is made. 401 without the lab's key."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not given:
            raise Refusal("You did not provide an API key.", status=401)
        if given != self.secret_key:
            raise Refusal(f"Invalid API Key provided: {given[:8]}{'*' * 12}{given[-4:]}", status=401)
        account = request.headers.get("stripe-account", PLATFORM)
        if account != PLATFORM and account not in self.books.things.get("account", {}):
            raise Refusal(
                f"The provided key does not have access to account '{account}' (or that account does not exist).",
                code="account_invalid",
                status=403,
            )
        return account

    async def _body(self, request: Request) -> Thing:
        pairs = list(request.query_params.multi_items())
        if request.url.path.startswith("/stripe/v2") and request.method == "POST":
            try:
                sent = json.loads(await request.body() or b"{}")
            except ValueError:
                sent = None
            if not isinstance(sent, dict):
                raise Refusal("The request body is not a JSON object.", before_execution=True)
            return sent
        if request.method == "POST":
            form = await request.form()
            pairs += [(name, str(value)) for name, value in form.multi_items()]
        return unfold(pairs)

    def _remembered(self, key: str, account: str, request: Request, body: Thing) -> Saved | None:
        saved = self._saved.get((account, key))
        if saved is None or saved.since + KEPT_SECONDS <= self.books.now():
            return None
        if saved.fingerprint != _fingerprint(request, body):
            raise Refusal(
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        if saved.status is None:
            raise Refusal(
                "There is currently another in-progress request using this Idempotent Key. Please try again later.",
                code="idempotency_key_in_use",
                status=409,
            )
        return saved

    def _remember(self, key: str, account: str, request: Request, body: Thing, request_id: str) -> Saved:
        saved = Saved(_fingerprint(request, body), self.books.now(), request_id=request_id)
        self._saved[account, key] = saved
        return saved

    def _forget(self, key: str | None, account: str) -> None:
        if key:
            self._saved.pop((account, key), None)

    def _answer(
        self,
        request: Request,
        status: int,
        body: bytes,
        request_id: str,
        *,
        key: str | None = None,
        replayed: bool = False,
    ) -> Response:
        headers = {"Request-Id": request_id, "Stripe-Version": request.headers.get("stripe-version", VERSION)}
        if key:
            headers |= {"Idempotency-Key": key, "Original-Request": request_id}
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        if status == 409:
            headers["Stripe-Should-Retry"] = "true"
        return Response(body, status, headers, media_type="application/json")


def expand(books: Books, thing: Thing, paths: list[str]) -> Thing:
    """A copy in which the ids at these paths are whole objects: "latest_charge.balance_transaction", "data.charge"."""
    whole = copy.deepcopy(thing)
    for path in paths:
        if path.count(".") > 3:
            raise Refusal("You can expand at most 4 levels deep.", code="property_too_deep", param="expand")
        _expand(books, whole, path.split("."), path)
    return whole


def _expand(books: Books, node: Any, names: list[str], path: str) -> None:
    if isinstance(node, list):
        for each in node:
            _expand(books, each, names, path)
        return
    name, *rest = names
    if not isinstance(node, dict):
        return
    if (node.get("id", ""), name) in books.expandable:
        node[name] = copy.deepcopy(books.expandable[node["id"], name])
    elif name not in node:
        raise Refusal(f"This property cannot be expanded ({path}).", param="expand")
    elif isinstance(node[name], str) and node[name] in books.by_id:
        node[name] = copy.deepcopy(books.by_id[node[name]])
    if rest:
        _expand(books, node[name], rest, path)


def _fingerprint(request: Request, body: Thing) -> str:
    said = f"{request.method} {request.url.path} {json.dumps(body, sort_keys=True)}"
    return hashlib.sha256(said.encode()).hexdigest()


def _json(body: Thing) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
