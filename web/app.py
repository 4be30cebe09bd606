"""FastAPI: every path of the product. Webhooks are passed on whole, as bytes; a forged one ends here as a 401."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Header, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.routing import Route

from core.kernel.errors import NotFound
from web.links import Look, add_links
from web.pages import add_pages
from web.rooms import RoomDoor, add_rooms

LARGEST_BODY = 1024 * 1024  # bytes; far above the requests of any platform

TakeTelegram = Callable[[bytes, str | None], Awaitable[int]]
TakeSlack = Callable[[bytes, Mapping[str, str]], Awaitable[tuple[int, str, Mapping[str, str]]]]
# A browser that comes to install the app: query and headers in; status, body and headers out.
Visit = Callable[[str, Mapping[str, str]], Awaitable[tuple[int, str, Mapping[str, Sequence[str]]]]]
TakeStripe = Callable[[bytes, str | None], Awaitable[int]]
Books = Callable[[], Awaitable[Any]]
BooksOf = Callable[[str], Awaitable[Any]]
Door = TypeVar("Door")
Proof = Callable[[], Awaitable[str | None]]  # raises, or returns a word where it does not matter for traffic


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
    rooms: RoomDoor | None = None
    links: Look | None = None
    ways: Sequence[tuple[str, str]] = ()  # the front page's links to the chats: label and address


def create_app(doors: Doors, registry: CollectorRegistry) -> FastAPI:
    app = FastAPI(title="Parley", openapi_url=None, docs_url=None, redoc_url=None)
    _health(app, doors, registry)
    _webhooks(app, doors)
    _installation(app, doors)
    _operator(app, doors)
    add_pages(app, doors.ways)
    add_rooms(app, doors.rooms)
    add_links(app, doors.links)
    return app


def _health(app: FastAPI, doors: Doors, registry: CollectorRegistry) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Answer that the process runs."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz(response: Response) -> dict[str, str]:
        """Answer whether everything it needs responds; each failure is listed by name."""
        states = {}
        for name, prove in doors.ready.items():
            try:
                states[name] = await prove() or "ok"
            except Exception as fault:
                response.status_code = 503
                states[name] = type(fault).__name__
        return states

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _webhooks(app: FastAPI, doors: Doors) -> None:
    """Add plain routes: they take bytes and a header, and FastAPI's parameter parsing costs as much as the rest."""

    async def telegram(request: Request) -> Response:
        take = _open(doors.telegram)
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        return Response(status_code=await take(await _body(request), secret))

    async def slack(request: Request) -> Response:
        take = _open(doors.slack)
        status, body, headers = await take(await _body(request), dict(request.headers))
        return Response(body, status_code=status, headers=dict(headers))

    def stripe(door: TakeStripe | None) -> Callable[[Request], Awaitable[Response]]:
        async def webhook(request: Request) -> Response:
            take = _open(door)
            return Response(status_code=await take(await _body(request), request.headers.get("Stripe-Signature")))

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


def _open(door: Door | None) -> Door:
    if door is None:
        raise HTTPException(404)
    return door


async def _body(request: Request) -> bytes:
    """Read the raw body; refuse one larger than any platform's before it is all read."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise HTTPException(413)
        chunks.append(chunk)
    return b"".join(chunks)
