"""A till in front of a separate lab."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web

from lab.app import Lab
from lab.tests.stripe.till import Till

SECRET = "whsec_story"


class Mailbox:
    """The product's webhook endpoint, which keeps events. `refusals`: how many it turns away first."""

    def __init__(self) -> None:
        self.letters: list[tuple[bytes, str]] = []
        self.refusals = 0
        self.refused = 0
        self.arrived = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        if self.refusals:
            self.refusals -= 1
            self.refused += 1
            self.arrived.set()
            return web.Response(status=500)
        self.letters.append((await request.read(), request.headers["Stripe-Signature"]))
        self.arrived.set()
        return web.Response()

    async def until(self, kind: str, times: int = 1) -> None:
        """Wait until events of this type have arrived."""
        await self._until(lambda: sum(f'"type": "{kind}"'.encode() in body for body, _ in self.letters) >= times)

    async def until_refused(self, times: int) -> None:
        """Wait until so many events have been turned away."""
        await self._until(lambda: self.refused >= times)

    async def _until(self, seen: Callable[[], bool]) -> None:
        while not seen():
            self.arrived.clear()
            await asyncio.wait_for(self.arrived.wait(), 5)


@pytest.fixture
async def till(lab: Lab, browser: aiohttp.ClientSession) -> AsyncIterator[Till]:
    till = Till(lab, browser)
    yield till
    await till.http.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


@pytest.fixture
async def mailbox(lab: Lab, browser: aiohttp.ClientSession) -> AsyncIterator[Mailbox]:
    mailbox = Mailbox()
    app = web.Application()
    app.router.add_post("/webhook", mailbox.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = runner.addresses[0]
    params = {"url": f"http://{address[0]}:{address[1]}/webhook", "secret": SECRET}
    async with browser.put("/lab/stripe/webhook", json=params) as answer:
        assert answer.status == 200
    yield mailbox
    lab.stripe.webhook_url = ""
    await runner.cleanup()
