"""A web server within the product's own event loop, on a port of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEADERS: Final = 32 * 1024  # bytes
HEADER_SECONDS: Final = 10.0  # from an open connection to a whole request line with its headers
REFUSED: Final = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
CONNECTIONS: Final = 512  # open at once; a kept one costs some 40 kB and a descriptor


class Hurried(HttpToolsProtocol):
    """HTTP that closes a connection whose request does not come, and refuses more connections than CONNECTIONS."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # the library's own type
        super().connection_made(transport)
        self._late: asyncio.TimerHandle | None = None
        self._unread = 0
        if len(self.connections) > CONNECTIONS:
            transport.write(REFUSED)
            transport.close()
            return
        self._late = self.loop.call_later(HEADER_SECONDS, self._hang_up)

    def data_received(self, data: bytes) -> None:
        """Count the bytes of a request that has not told all its headers: the parser itself has no limit."""
        self._unread = self._unread + len(data) if self._late is not None else 0
        if self._unread > LARGEST_HEADERS:
            self._hang_up()
            return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._in_time()
        super().on_headers_complete()

    def on_message_begin(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEADER_SECONDS, self._hang_up)
        super().on_message_begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)

    def _in_time(self) -> None:
        late, self._late = self._late, None
        if late is not None:
            late.cancel()

    def _hang_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


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
        config = uvicorn.Config(
            app,
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=2,
            http=Hurried,
        )
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
