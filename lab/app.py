"""The lab as one server that starts and stops: all simulated services on one loopback port, mail on another."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

import aiohttp
import uvicorn
from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from lab import storage
from lab.calendars import Calendars
from lab.face import Controls
from lab.guard import EVERY_ADDRESS, LOOPBACK, names_at, refuse_live_keys
from lab.mail import Mail
from lab.rooms import Rooms
from lab.slack import Slack
from lab.stripe import Stripe
from lab.telegram import Telegram
from lab.telegram.phones.views import person_view
from lab.wire import CuttableProtocol, Wire
from lab.world import Clock, World

STORED_EVERY: Final = 1.0  # seconds between two looks whether there is anything to store
PAGE: Final = Path(__file__).with_name("page")


class Service(Protocol):
    """The interface of each simulated service: its paths, a start and a stop."""

    def router(self) -> APIRouter: ...

    async def start(self, base_url: str) -> None: ...

    async def stop(self) -> None: ...


class LoopbackServer(uvicorn.Server):
    """uvicorn inside a running program. It leaves the program's signals alone, and stops at once when told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def stop(self) -> None:
        self.should_exit = True
        self._told.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Shut down like uvicorn, but without its sleep of a tenth of a second when all connections are gone."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        until = time.monotonic() + (self.config.timeout_graceful_shutdown or 0)
        state = self.server_state
        while (state.connections or state.tasks) and time.monotonic() < until:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.002)


class Parts:
    """Each part of the lab as an application of its own, made at the first request for it.

    Reading the signatures of all calls takes a quarter of a second, and a test often uses one part only.
    """

    def __init__(self, routes: Mapping[str, Callable[[], Sequence[BaseRoute]]], otherwise: str) -> None:
        self._routes = routes
        self._otherwise = otherwise
        self._made: dict[str, FastAPI] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._part_of(scope["path"])(scope, receive, send)

    def _part_of(self, path: str) -> FastAPI:
        """Return the part of a path: `/telegram/…` and `/lab/telegram/…` belong to one part."""
        first, second, *_ = [*path.split("/")[1:3], "", ""]
        name = next((each for each in (first, second if first == "lab" else "") if each in self._routes), None)
        name = name or ("" if first in ("", "lab", "page") else self._otherwise)
        if name not in self._made:
            self._made[name] = FastAPI(title=f"The lab: {name}", openapi_url=None)
            self._made[name].router.routes.extend(self._routes[name]())
        return self._made[name]


class Lab:
    """The outside world in a box.

    `books_url` and `books_token` give the page access to the product's own deal pages.
    `restart`: called when a person on the page starts over. It stops the product, calls `renew`, and opens the product
    again in the new world.
    `begins`: the time at which each new world starts; None means the real time.
    `state_file`: where the lab keeps its state, and where it finds that of an earlier start. `resumed`: it found one.
    """

    def __init__(
        self, world: World | None = None, *, begins: datetime | None = None, state_file: Path | None = None
    ) -> None:
        self.resumed = False
        self._state_file = state_file
        self._stored = (0, 0)  # what had happened when the state was stored last
        self._storing: asyncio.Task[None] | None = None
        self.books_url: str | None = None
        self.books_token = ""
        self.restart: Callable[[], Awaitable[None]] | None = None
        self.url = ""
        self.smtp_url = ""
        self._server: LoopbackServer | None = None
        self._serving: asyncio.Task[None] | None = None
        self._restarting = asyncio.Lock()
        self._begins = begins
        self._create(world or World(Clock(begins)))
        self._wire = Wire(self._app(), self.world)

    def _create(self, world: World) -> None:
        """Create everybody and everything as on the first day."""
        self.world = world
        self.telegram = Telegram(world)
        self.mail = Mail(world)
        self.slack = Slack(world)
        self.stripe = Stripe(world)
        self.calendars = Calendars()
        self.rooms = Rooms(world)
        self.services: tuple[Service, ...] = (self.telegram, self.slack, self.stripe)

    async def start(self, port: int = 0, smtp_port: int = 0, host: str = LOOPBACK) -> None:
        """Listen on `host`, by mail on loopback; port 0 takes a free one. `url` and `smtp_url` are set afterwards.

        Raises LiveKeyNearby if a key for real money is in the environment, and storage.Unreadable.
        """
        refuse_live_keys(os.environ)
        content = None if self._state_file is None else storage.read(self._state_file)
        if content is not None:
            self.resume(content)
        # A TCP listener, so that asyncio sends at once: Nagle's algorithm would hold every answer back for 40 ms.
        listener = socket.socket(proto=socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        self._wire.names = names_at(host)
        self.url = f"http://{LOOPBACK if host in EVERY_ADDRESS else host}:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            self._wire,
            http=CuttableProtocol,
            ws="websockets-sansio",
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=2,
        )
        self._server = LoopbackServer(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
            await asyncio.sleep(0.005)
        await self._begin(smtp_port)
        if self._state_file is not None:
            self._storing = asyncio.create_task(self._store_often(self._state_file), name="lab-state")

    async def _begin(self, smtp_port: int) -> None:
        for service in self.services:
            await service.start(self.url)
        self.smtp_url = f"smtp://{LOOPBACK}:{await self.mail.start(smtp_port)}"
        self.telegram.bot.delivery.go_on()

    async def _end(self) -> None:
        """Close pages and polls first, so that none is cut off and none keeps waiting."""
        self.world.tell({"kind": "stop"})
        for service in self.services:
            await service.stop()
        await self.mail.stop()

    async def renew(self) -> None:
        """Open an empty world at the same addresses. The product must be stopped."""
        await self._end()
        self._create(World(Clock(self._begins)))
        self._wire.app, self._wire.world = self._app(), self.world
        await self._begin(int(self.smtp_url.rpartition(":")[2]))

    def parts(self) -> storage.Parts:
        """Return the objects that have a state, by the names under which it is stored."""
        telegram, slack, stripe = self.telegram, self.slack, self.stripe
        return {
            "world": self.world,
            "clock": self.world.clock,
            "bot": telegram.bot,
            "updates": telegram.bot.delivery,
            "telegram_files": telegram.bot.files,
            "app": slack.app,
            "slack": slack,
            "events": slack.delivery,
            "web_api": slack.web_api,
            "books": stripe.books,
            "api": stripe.api,
            "keys": stripe.api.keys,
            "post": stripe.post,
            "mail": self.mail,
            "calendars": self.calendars,
            "rooms": self.rooms,
        }

    def resume(self, content: bytes) -> None:
        """Go on with the state of an earlier lab. This one must not have started. Raises storage.Unreadable."""
        storage.load(self.parts(), content)
        self.resumed = True

    def skip_ids(self, count: int) -> None:
        """Leave out so many ids of each kind: an earlier lab, of which nothing is known here, gave them out."""
        storage.skip_ids(self.parts(), count)

    def _store(self, path: Path, *, closed: bool = False) -> None:
        happened = self.world.changes, self.world.count
        if closed or happened != self._stored:
            storage.write(path, storage.dump(self.parts(), closed=closed))
            self._stored = happened

    async def _store_often(self, path: Path) -> None:
        """Store what has happened, each second. A kill loses no more than that."""
        while True:
            self._store(path)
            await asyncio.sleep(STORED_EVERY)

    async def stop(self) -> None:
        if self._storing is not None:
            self._storing.cancel()
            await asyncio.gather(self._storing, return_exceptions=True)
        await self._end()
        if self._state_file is not None:
            self._store(self._state_file, closed=True)
        if self._server and self._serving:
            self._server.stop()
            await self._serving

    def _app(self) -> Parts:
        return Parts(
            {
                "": self._own_routes,
                "telegram": lambda: self.telegram.router().routes,
                "slack": lambda: self.slack.router().routes,
                "stripe": lambda: self.stripe.router().routes,
                "mail": lambda: self.mail.router().routes,
                "rooms": lambda: self.rooms.router().routes,
                "calendars": lambda: self.calendars.router().routes,
            },
            otherwise="stripe",  # people's browsers open its pages: to pay, to be onboarded
        )

    def _own_routes(self) -> Sequence[BaseRoute]:
        routes = Controls(self.world, self._people).router()
        routes.add_api_route("/books", self._books, methods=["GET"])
        routes.add_api_route("/books/{deal}", self._books, methods=["GET"])
        routes.add_api_route("/start-over", self._start_over, methods=["POST"])
        page = StaticFiles(directory=PAGE, check_dir=False)
        return [*routes.routes, Route("/", _front_page), Mount("/page", page)]

    async def _people(self) -> list[dict[str, Any]]:
        """Return everybody on both platforms."""
        return [person_view(chat) for chat in self.telegram.bot.chats.values()] + self.slack.people()

    async def _start_over(self) -> dict[str, str]:
        """Forget everything: open a fresh market in a fresh world, at the same addresses."""
        if self.restart is None:
            raise HTTPException(409, "this market keeps what it has: it does not live in the lab alone")
        if self._restarting.locked():
            raise HTTPException(409, "the world is being made anew already")
        async with self._restarting:
            await self.restart()
        return {"now": self.world.clock.now().isoformat()}

    async def _books(self, deal: str = "") -> Any:
        """Return the product's own account of its deals, for the page."""
        if not self.books_url:
            raise HTTPException(404, "the product has not opened its books to the lab")
        url = f"{self.books_url}/{deal}" if deal else self.books_url
        headers = {"Authorization": f"Bearer {self.books_token}"}
        try:
            async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
                if answer.status != 200:
                    raise HTTPException(answer.status, "the product would not show these books")
                return await answer.json()
        except (
            aiohttp.ClientConnectionError
        ) as anonymous:  # a page that stayed open asks while the product starts or stops
            raise HTTPException(503, "the product is not there just now") from anonymous


async def _front_page(_: Request) -> FileResponse:
    front = PAGE / "index.html"
    if not front.exists():
        raise HTTPException(404, "the page is not there")
    return FileResponse(front)
