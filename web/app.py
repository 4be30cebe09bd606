"""FastAPI: every path of the product. Webhooks are passed on whole, as bytes; a forged one ends here as a 401."""

from __future__ import annotations

import asyncio
import hmac
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, TypeVar

from fastapi import FastAPI, Header, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from core.kernel.errors import NotFound
from web.links import Look, add_links
from web.pages import add_pages
from web.rooms import RoomDoor, add_rooms

LARGEST_BODY = 1024 * 1024  # bytes; far above the requests of any platform
BODY_SECONDS = 10.0  # for a whole body; platforms send theirs at once
PROOF_SECONDS = 1.0  # for so long an answer to /readyz is good
MOST_OF_HEADER = 2_000  # characters of a secret or signature; Stripe's are some hundred for each secret

TakeTelegram = Callable[[bytes, str | None], Awaitable[int]]
TakeSlack = Callable[[bytes, Mapping[str, str]], Awaitable[tuple[int, str, Mapping[str, str]]]]
# A browser that comes to install the app: query and headers in; status, body and headers out.
Visit = Callable[[str, Mapping[str, str]], Awaitable[tuple[int, str, Mapping[str, Sequence[str]]]]]
TakeStripe = Callable[[bytes, str | None], Awaitable[int]]
Books = Callable[[], Awaitable[Any]]
BooksOf = Callable[[str], Awaitable[Any]]
Door = TypeVar("Door")
Proof = Callable[[], Awaitable[str | None]]  # raises, or returns a word where it does not matter for traffic


class Proved(NamedTuple):
    """The result of a proof: its word, and whether this process may get traffic."""

    word: str
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Doors:
    """The handlers that the web passes requests to. None closes a door (404): that platform comes in another way."""

    telegram: TakeTelegram | None
    slack: TakeSlack | None
    slack_install: Visit | None
    slack_installed: Visit | None
    stripe: TakeStripe | None
    stripe_thin: TakeStripe | None
    stripe_second: TakeStripe | None
    books: Books
    books_of: BooksOf
    ready: Mapping[str, Proof]
    operator_token: str | None
    telegram_secrets: Sequence[str] = ()  # the current one, and former ones while it is changed
    rooms: RoomDoor | None = None
    links: Look | None = None
    ways: Sequence[tuple[str, str]] = ()  # the front page's links to the chats: label and address


def create_app(doors: Doors, registry: CollectorRegistry) -> FastAPI:
    app = FastAPI(title="Parley", openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(WellFormed)
    _health(app, doors, registry)
    _webhooks(app, doors)
    _installation(app, doors)
    _operator(app, doors)
    add_pages(app, doors.ways)
    add_rooms(app, doors.rooms)
    add_links(app, doors.links)
    return app


def _health(app: FastAPI, doors: Doors, registry: CollectorRegistry) -> None:
    proving = asyncio.Lock()
    proved: list[Any] = [-math.inf, {}]  # when, and what

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Answer that the process runs."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz(response: Response) -> dict[str, str]:
        """Answer whether everything it needs responds; each failure is listed by name."""
        async with proving:  # a proof writes to the disk, so visitors share one
            if time.monotonic() - proved[0] > PROOF_SECONDS:
                found = {name: await _proved(prove) for name, prove in doors.ready.items()}
                proved[:] = [time.monotonic(), found]
        results: dict[str, Proved] = proved[1]
        if any(not result.is_ready for result in results.values()):
            response.status_code = 503
        return {name: result.word for name, result in results.items()}

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


async def _proved(prove: Proof) -> Proved:
    try:
        return Proved(await prove() or "ok", is_ready=True)
    except Exception as fault:
        return Proved(type(fault).__name__, is_ready=False)


def _webhooks(app: FastAPI, doors: Doors) -> None:
    """Add plain routes: they take bytes and a header, and FastAPI's parameter parsing costs as much as the rest."""

    async def telegram(request: Request) -> Response:
        take = _open(doors.telegram)
        secret = _claimed(request, "X-Telegram-Bot-Api-Secret-Token")
        if doors.telegram_secrets and not any(same_secret(secret, each) for each in doors.telegram_secrets):
            raise HTTPException(401)
        return Response(status_code=await take(await _body(request), secret))

    async def slack(request: Request) -> Response:
        take = _open(doors.slack)
        _claimed(request, "X-Slack-Signature")
        _claimed(request, "X-Slack-Request-Timestamp")
        status, body, headers = await take(await _body(request), dict(request.headers))
        return Response(body, status_code=status, headers=dict(headers))

    def stripe(door: TakeStripe | None) -> Callable[[Request], Awaitable[Response]]:
        async def webhook(request: Request) -> Response:
            take = _open(door)
            signature = _claimed(request, "Stripe-Signature")
            return Response(status_code=await take(await _body(request), signature))

        return webhook

    for path, webhook in (
        ("/telegram/webhook", telegram),
        ("/slack/events", slack),
        ("/stripe/webhook", stripe(doors.stripe)),
        ("/stripe/thin", stripe(doors.stripe_thin)),
        ("/stripe/second/webhook", stripe(doors.stripe_second)),
    ):
        app.router.routes.append(Route(path, webhook, methods=["POST"]))


def _installation(app: FastAPI, doors: Doors) -> None:
    """Add the routes at which a browser installs the app in another workspace."""

    def visit(door: Visit | None) -> Callable[[Request], Awaitable[Response]]:
        async def page(request: Request) -> Response:
            status, body, headers = await _open(door)(str(request.url.query), dict(request.headers))
            response = Response(body, status_code=status)
            for name, values in headers.items():
                for value in values:
                    response.headers.append(name, value)
            return response

        return page

    for path, door in (("/slack/install", doors.slack_install), ("/slack/oauth", doors.slack_installed)):
        app.router.routes.append(Route(path, visit(door), methods=["GET"]))


def _operator(app: FastAPI, doors: Doors) -> None:
    def allow(authorization: str | None) -> None:
        expected = f"Bearer {doors.operator_token}".encode() if doors.operator_token else None
        if expected is None or not hmac.compare_digest((authorization or "").encode(), expected):
            raise HTTPException(401)

    @app.get("/operator/books")
    async def books(authorization: Annotated[str | None, Header()] = None) -> Any:
        """Return the latest deals with their accounts and entries, and the invariants."""
        allow(authorization)
        return await doors.books()

    @app.get("/operator/books/{deal}")
    async def books_of(deal: str, authorization: Annotated[str | None, Header()] = None) -> Any:
        allow(authorization)
        try:
            return await doors.books_of(deal)
        except NotFound:
            raise HTTPException(404) from None


def _claimed(request: Request, name: str) -> str:
    """Return the header that proves who sent a request, before any of its body is read. Raises HTTPException."""
    value = request.headers.get(name, "")
    if not value or len(value) > MOST_OF_HEADER:
        raise HTTPException(401, headers={"Connection": "close"})
    return value


def same_secret(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def _open(door: Door | None) -> Door:
    if door is None:
        raise HTTPException(404)
    return door


async def _body(request: Request) -> bytes:
    """Read the raw body; refuse one that comes too slowly, or is larger than announced or than any platform's."""
    announced = request.headers.get("Content-Length", "")
    if not (announced.isascii() and announced.isdigit()):
        raise HTTPException(411)
    if int(announced) > LARGEST_BODY:
        raise HTTPException(413)
    chunks, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > LARGEST_BODY:
                    raise HTTPException(413)
                chunks.append(chunk)
    except TimeoutError:
        raise HTTPException(408, headers={"Connection": "close"}) from None
    return b"".join(chunks)


class WellFormed:
    """Middleware that refuses addresses with a NUL, which no database can look up."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await Response(status_code=400)(scope, receive, send)
            return
        await self._app(scope, receive, send)
