"""The wire: every message between the product and a simulated service is recorded and disturbed here.

`Wire` is in front of the whole lab and sees each call of the product. `Courier` carries a service's own messages
(webhooks, events). Both obey the faults that `World.strike` hands out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from lab.guard import NAMES, stranger
from lab.world import Fault, World

SERVICES: Final = frozenset({"telegram", "slack", "stripe"})
REFUSALS: Final = {"error": HTTPStatus.INTERNAL_SERVER_ERROR, "outage": HTTPStatus.SERVICE_UNAVAILABLE}
LEAST_WAIT: Final = 0.5  # seconds after which a reordered message goes out alone


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a delivery. `status` is None if there was no answer."""

    status: int | None
    answer: Any = None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class CuttableProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # httptools' or h11's, whichever is installed
    """uvicorn's HTTP/1.1 that hands the connection itself to the application, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        handed_on: dict[str, Any] = {**self.app_state, "connection": transport}  # type: ignore[has-type]  # both have it
        self.app_state = handed_on
        super().connection_made(transport)


class Wire:
    """ASGI middleware that records each call to a simulated service, and lets the faults strike it."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world
        self.names = NAMES
        # by service: set when the call has passed that reordered ones wait for
        self._behind: dict[str, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (why := stranger(scope, self.names)) is not None:
            await PlainTextResponse(why, HTTPStatus.FORBIDDEN)(scope, receive, send)
            return
        service = scope["path"].split("/", 2)[1] if scope["type"] == "http" else ""
        if service not in SERVICES:
            await self.app(scope, receive, send)
            return
        method = method_name(scope)
        started = time.perf_counter()
        body = await _read(receive)
        fields = await _decode(scope, body)
        fault = self.world.strike(service, "call", method)
        answer = await self._answer(fault, service, scope, body, receive)
        status = answer[0]["status"] if answer else None
        shown = _shown(answer)
        # A poll without an update is no message; a page full of them would hide the important ones.
        if not (method == "getUpdates" and isinstance(shown, dict) and shown.get("result") == []):
            spent = (time.perf_counter() - started) * 1000
            struck = fault.kind if fault else None
            self.world.record(
                service, "in", method, fields, answer=shown, status=status, milliseconds=spent, fault=struck
            )
        if not answer or (fault is not None and fault.kind == "answer_lost"):
            await _cut(scope, receive)
            return
        for message in answer:
            await send(message)

    async def _answer(
        self, fault: Fault | None, service: str, scope: Scope, body: bytes, receive: Receive
    ) -> list[Message]:
        """Return the ASGI messages of the answer; none if the fault allows none."""
        kind = fault.kind if fault else None
        if kind == "drop":
            return []
        if kind in REFUSALS:
            return _refused(service, REFUSALS[kind])
        if fault and kind in {"delay", "slow"}:
            await asyncio.sleep(fault.seconds)
        if fault and kind == "reorder":
            await self._let_another_pass(service, max(fault.seconds, LEAST_WAIT))
        answer = await self._work(scope, body, receive)
        if kind == "duplicate":
            await self._work(scope, body, receive)
        self._pass(service)
        return answer

    async def _let_another_pass(self, service: str, seconds: float) -> None:
        """Hold a call until the service has answered its next one, or for so long if none follows."""
        passed = self._behind.setdefault(service, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(passed.wait(), seconds)

    def _pass(self, service: str) -> None:
        if (held := self._behind.pop(service, None)) is not None:
            held.set()

    async def _work(self, scope: Scope, body: bytes, receive: Receive) -> list[Message]:
        messages: list[Message] = []
        read = False

        async def replay() -> Message:
            nonlocal read
            if read:
                return await receive()
            read = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app({**scope, "state": dict(scope.get("state", {}))}, replay, keep)
        return messages


class Courier:
    """Carries one service's deliveries to the product, in the order given unless a fault says otherwise."""

    def __init__(self, world: World, service: str) -> None:
        self.world = world
        self.service = service
        self._aside: list[Callable[[], Awaitable[None]]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def deliver(self, method: str, body: Any, send: Callable[[], Awaitable[Receipt]]) -> Receipt:
        """Send once, as the faults allow, and record it. If a receipt is not `taken`, the service must retry.

        `send` does the real sending. A reordered message counts as taken. It goes out after the next one, or after
        `seconds` (at least half a second) if none follows.
        """
        fault = self.world.strike(self.service, "delivery", method)
        if fault and fault.kind in {"drop", "error", "outage"}:
            self.world.record(self.service, "out", method, body, answer=f"lost: {fault.kind}", fault=fault.kind)
            return Receipt(None)
        if fault and fault.kind == "reorder":
            self._set_aside(method, body, send, fault)
            return Receipt(200)
        if fault and fault.kind in {"delay", "slow"}:
            await asyncio.sleep(fault.seconds)
        receipt = await self._carry(method, body, send, fault)
        if fault and fault.kind == "duplicate":
            await self._carry(method, body, send, fault)
        if fault and fault.kind == "answer_lost":
            receipt = Receipt(None)
        await self._send_aside()
        return receipt

    async def stop(self) -> None:
        """Cancel the messages that are still set aside."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(
        self, method: str, body: Any, send: Callable[[], Awaitable[Receipt]], fault: Fault | None
    ) -> Receipt:
        started = time.perf_counter()
        receipt = await send()
        seen = {
            "answer": receipt.answer,
            "status": receipt.status,
            "milliseconds": (time.perf_counter() - started) * 1000,
            "fault": fault.kind if fault else None,
        }
        self.world.record(self.service, "out", method, body, **seen)
        return receipt

    def _set_aside(self, method: str, body: Any, send: Callable[[], Awaitable[Receipt]], fault: Fault) -> None:
        async def carry_until_taken() -> None:
            for pause in (0.1, 0.5, 1.0, 2.0, 0.0):
                if (await self._carry(method, body, send, fault)).taken:
                    return
                await asyncio.sleep(pause)

        async def after_a_while() -> None:
            await asyncio.sleep(max(fault.seconds, LEAST_WAIT))
            await self._send_aside()

        self._aside.append(carry_until_taken)
        task = asyncio.create_task(after_a_while())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_aside(self) -> None:
        waiting, self._aside = self._aside, []
        for carry in waiting:
            await carry()


async def post(
    http: aiohttp.ClientSession, url: str, content: bytes, headers: dict[str, str], seconds: float = 10.0
) -> Receipt:
    """Make one webhook delivery over HTTP. Never raises for an error of the network or the receiver."""
    limit = aiohttp.ClientTimeout(total=seconds)
    try:
        async with http.post(url, data=content, headers=headers, timeout=limit, allow_redirects=False) as answer:
            return Receipt(answer.status, _text(await answer.read()))
    except (aiohttp.ClientError, TimeoutError, OSError):
        return Receipt(None)


def method_name(scope: Scope) -> str:
    """Return `sendMessage` or `chat.postMessage` for named methods, and `POST /v1/transfers` for everything else."""
    parts = scope["path"].split("/")
    named = (parts[1] == "telegram" and parts[2].startswith("bot")) or parts[1:3] == ["slack", "api"]
    if named and len(parts) == 4:
        return str(parts[3])
    return f"{scope['method']} /{'/'.join(parts[2:])}"


async def _read(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _decode(scope: Scope, body: bytes) -> Any:
    """Return the body as a person would read it: fields for JSON, forms and multipart; a size for anything else."""
    query = Request(scope).query_params
    if not body:
        return dict(query)
    kind = Request(scope).headers.get("content-type", "")
    if kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return dict(query) | await _form(scope, body)
    return _text(body)


async def _form(scope: Scope, body: bytes) -> dict[str, Any]:
    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    shown: dict[str, Any] = {}
    async with Request(scope, replay).form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                shown[name] = f"<{value.size} bytes>"
            elif value.startswith(("{", "[")):
                shown[name] = _text(value.encode())
            else:
                shown[name] = value
    return shown


def _refused(service: str, status: HTTPStatus) -> list[Message]:
    """Return an answer of this status, in the words that the service uses for its errors."""
    told: dict[str, Any] = {
        "telegram": {"ok": False, "error_code": int(status), "description": status.phrase},
        "stripe": {"error": {"type": "api_error", "message": status.phrase}},
    }
    body, kind = status.phrase.encode(), b"text/plain"
    if service in told:
        body, kind = json.dumps(told[service]).encode(), b"application/json"
    return [
        {"type": "http.response.start", "status": int(status), "headers": [(b"content-type", kind)]},
        {"type": "http.response.body", "body": body},
    ]


def _shown(answer: list[Message]) -> Any:
    return _text(b"".join(message.get("body", b"") for message in answer)) if answer else None


def _text(raw: bytes) -> Any:
    """Return JSON as JSON, short text as text, and otherwise the number of bytes."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return f"<{len(raw)} bytes>"
    try:
        return json.loads(text)
    except ValueError:
        return text if len(text) <= 2_000 else f"<{len(raw)} bytes>"


async def _cut(scope: Scope, receive: Receive) -> None:
    """End the connection without an answer, as a broken network does."""
    scope["state"]["connection"].abort()
    while (await receive())["type"] != "http.disconnect":
        pass
