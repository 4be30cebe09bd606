"""The lab as one thing that starts and stops: all pretend services on one loopback port, and mail on another."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Protocol

import aiohttp
import uvicorn
from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from lab.face import Controls
from lab.mail import Mail
from lab.slack import Slack
from lab.stripe import Stripe
from lab.telegram import Telegram
from lab.telegram.views import person_view
from lab.wire import CuttableProtocol, Wire
from lab.world import World

PAGE: Final = Path(__file__).with_name("page")


class Service(Protocol):
    """What the lab asks of each pretend service: its paths, and a life between start and stop."""

    def router(self) -> APIRouter: ...

    async def start(self, base_url: str) -> None: ...

    async def stop(self) -> None: ...


class LoopbackServer(uvicorn.Server):
    """uvicorn inside a running program, whose signals are none of its business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Lab:
    """The outside world in a box. `books_url` and `books_token` lend the page the product's own deal pages."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.telegram = Telegram(self.world)
        self.mail = Mail(self.world)
        self.slack = Slack(self.world)
        self.stripe = Stripe(self.world)
        self.services: tuple[Service, ...] = (self.telegram, self.slack, self.stripe)
        self.books_url: str | None = None
        self.books_token = ""
        self.url = ""
        self.smtp_url = ""
        self._server: LoopbackServer | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self, port: int = 0, smtp_port: int = 0) -> None:
        """Listen on 127.0.0.1 only; port 0 takes a free one. Then `url` and `smtp_url` are known."""
        # Named TCP, so that asyncio sends at once: Nagle's algorithm would hold every answer back for 40 ms.
        listener = socket.socket(proto=socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            Wire(self._app(), self.world),
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
        for service in self.services:
            await service.start(self.url)
        self.smtp_url = f"smtp://127.0.0.1:{await self.mail.start(smtp_port)}"

    async def stop(self) -> None:
        """Say good-bye to pages and polls first, so that nobody is cut off and nothing waits."""
        self.world.tell({"kind": "stop"})
        for service in self.services:
            await service.stop()
        await self.mail.stop()
        if self._server and self._serving:
            self._server.should_exit = True
            await self._serving

    def _app(self) -> FastAPI:
        app = FastAPI(title="The lab", openapi_url=None)
        for service in self.services:
            app.include_router(service.router())
        app.include_router(self.mail.router())
        app.include_router(Controls(self.world, self._people).router())
        app.add_api_route("/lab/books", self._books, methods=["GET"])
        app.add_api_route("/lab/books/{deal}", self._books, methods=["GET"])
        app.add_api_route("/", _front_page, methods=["GET"], include_in_schema=False)
        app.mount("/page", StaticFiles(directory=PAGE, check_dir=False))
        return app

    async def _people(self) -> list[dict[str, Any]]:
        """Everybody on both platforms."""
        return [person_view(chat) for chat in self.telegram.bot.chats.values()] + self.slack.people()

    async def _books(self, deal: str = "") -> Any:
        """The product's own account of its deals, passed on to the page."""
        if not self.books_url:
            raise HTTPException(404, "the product has not opened its books to the lab")
        url = f"{self.books_url}/{deal}" if deal else self.books_url
        headers = {"Authorization": f"Bearer {self.books_token}"}
        async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
            if answer.status != 200:
                raise HTTPException(answer.status, "the product would not show these books")
            return await answer.json()


async def _front_page() -> FileResponse:
    front = PAGE / "index.html"
    if not front.exists():
        raise HTTPException(404, "the page is not there")
    return FileResponse(front)
