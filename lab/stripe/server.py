"""The steps of every API call: key, version, parameters, idempotency, expansion, and Stripe's error JSON."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lab.stripe.api.conformance import check, check_error
from lab.stripe.api.errors import Refusal
from lab.stripe.api.idempotency import Asked, Keys, Result, fingerprint
from lab.stripe.api.parameters import read, unfold
from lab.stripe.api.shapes import Thing
from lab.stripe.api.troubles import Troubles
from lab.stripe.books import PLATFORM, VERSION, Books, Call
from lab.stripe.uploads import kept

Handler = Callable[[Books, Call], Thing]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `params` names the SDK's parameter type; `plays` lists the parameters that the lab supports."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    params: str
    plays: str
    act: Handler


class ApiServer:
    """Serves the routes."""

    def __init__(self, books: Books, secret_key: str) -> None:
        self.books = books
        self.secret_key = secret_key
        self.troubles = Troubles()
        self.keys = Keys(books.now)

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
                return self._refuse(request, refusal, request_id)

        return endpoint

    async def _unrecognized(self, request: Request) -> Response:
        path = request.url.path.removeprefix("/stripe")
        refusal = Refusal(f"Unrecognized request URL ({request.method}: {path}).", status=404)
        return self._refuse(request, refusal, self.books.new_id("req"))

    async def _serve(self, route: Route, request: Request, request_id: str) -> Response:
        account = self._authenticate(request)
        body = await self._body(request)
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if not key:
            told, _ = await self._carry_out(route, self._call(route, request, body, account, request_id))
            return self._answer(request, told, request_id)
        path = request.url.path
        asked = Asked(path.split("/")[2], account, key, fingerprint(request.method, path, body))
        if (saved := self.keys.find(asked)) and saved.answer is not None:
            return self._answer(request, saved.answer, request_id, key=key, original=saved.request_id)
        call = self._call(route, request, body, account, request_id)
        self.keys.begin(asked, request_id)
        try:
            told, done = await self._carry_out(route, call)
        except BaseException:
            self.keys.forget(asked)
            raise
        self.keys.end(asked, told, done)
        return self._answer(request, told, request_id, key=key)

    def _call(self, route: Route, request: Request, body: Thing, account: str, request_id: str) -> Call:
        """Return the call with its parameters checked."""
        params = read(body, route.params, route.plays)
        return Call(params, dict(request.path_params), account, request_id, request.headers.get("idempotency-key"))

    async def _carry_out(self, route: Route, call: Call) -> tuple[Result, Result]:
        """Carry out a call, and return (the answer that is sent, the result of the work).

        They differ if a trouble swallows the answer. Raises Refusal for what is refused before the work begins.
        """
        if self.troubles.pace:
            await asyncio.sleep(self.troubles.pace)
        self.books.settle()
        trouble = self.troubles.next_for(f"{route.method} {route.path}")
        self.books.call = call
        try:
            if trouble and trouble.work == "before":
                raise trouble.refusal
            answer = expand(self.books, route.act(self.books, call), call.params.get("expand") or [])
            check(answer)
            done = 200, _json(answer)
        except Refusal as refusal:
            if refusal.before_execution:
                raise
            done = _refused(refusal)
        finally:
            self.books.call = None
        return _refused(trouble.refusal) if trouble else done, done

    def _authenticate(self, request: Request) -> str:
        """Return the account on whose behalf the call is made. Raises 401 without the lab's key."""
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
            for name, value in form.multi_items():
                pairs.append((name, value if isinstance(value, str) else await kept(self.books.private, value)))
        return unfold(pairs)

    def _refuse(self, request: Request, refusal: Refusal, request_id: str) -> Response:
        return self._answer(request, _refused(refusal), request_id)

    def _answer(
        self,
        request: Request,
        result: Result,
        request_id: str,
        *,
        key: str | None = None,
        original: str | None = None,
    ) -> Response:
        """Return the HTTP answer. `original`: the request that first got it, if it is a repeated answer."""
        status, body = result
        headers = {"Request-Id": request_id, "Stripe-Version": request.headers.get("stripe-version", VERSION)}
        if key:
            headers |= {"Idempotency-Key": key, "Original-Request": original or request_id}
        if original:
            headers["Idempotent-Replayed"] = "true"
        if status == 409:
            headers["Stripe-Should-Retry"] = "true"
        return Response(body, status, headers, media_type="application/json")


def expand(books: Books, thing: Thing, paths: list[str]) -> Thing:
    """Return a copy with whole objects at these paths: "latest_charge.balance_transaction", "data.charge"."""
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


def _refused(refusal: Refusal) -> Result:
    check_error(refusal.error)
    return refusal.status, _json(refusal.body)


def _json(body: Thing) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
