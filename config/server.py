"""A web server within the product's own event loop, on a port of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any, Final

import uvicorn

EVERY_ADDRESS: Final = "0.0.0.0"  # noqa: S104 - where a container listens; no client calls it by that name


class _Quiet(uvicorn.Server):
    """uvicorn inside a running program, which handles signals itself; it stops on request, not at a tick."""

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


class Server:
    """An HTTP server, bound at once so that `url` is known before it serves; port 0 takes a free one."""

    def __init__(self, host: str, port: int) -> None:
        # Named TCP, so that asyncio sends at once: Nagle's algorithm would hold every answer back for 40 ms.
        self._listener = socket.socket(proto=socket.IPPROTO_TCP)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((host, port))
        self._server: _Quiet | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        host, port = self._listener.getsockname()[:2]
        return f"http://{'127.0.0.1' if host == EVERY_ADDRESS else host}:{port}"

    async def start(self, app: Any) -> None:
        """Serve an ASGI app from now on."""
        config = uvicorn.Config(app, lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=2)
        self._server = _Quiet(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._listener]), name="web")
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        if self._server is not None and self._serving is not None:
            self._server.stop()
            await self._serving
        self._listener.close()
