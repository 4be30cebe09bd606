"""Webhooks: each event is signed, posted to the endpoints that ask for it, and retried with back-off."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import aiohttp
from stripe import WebhookSignature

from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books
from lab.stripe.event_destinations import KIND
from lab.wire import Courier, Receipt, post

BACKOFF: Final = (2, 10, 60, 600, 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600)
"""Seconds of the world's clock between attempts; the last one again and again. Stripe's own waits are its secret."""

GIVEN_UP_AFTER: Final = 3 * 86_400
"""Seconds from the event (docs.stripe.com/webhooks, "up to three days")."""

TICK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Letter:
    """One event on its way to one address."""

    event: Thing
    url: str
    secret: str
    born: int
    attempt: int = 0

    @property
    def said(self) -> Thing:
        """Return the posted body. A thin event keeps its data to itself until it is fetched."""
        thin = self.event["object"] == "v2.core.event"
        return {name: each for name, each in self.event.items() if name != "data"} if thin else self.event


@dataclass(frozen=True, slots=True)
class Told:
    """The settings of an endpoint: its secret, and whether it gets events of sellers' accounts or the platform's own.

    It never gets both. Only the address that the lab was started with gets everything.
    """

    secret: str
    of_sellers: bool


class Post:
    """Sends events in the order in which they happened. Retries leave that order."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.url = ""  # the product's own endpoint, set by the lab; others come by `webhook_endpoints`
        self.secret = ""
        self.thin_url = ""  # the address of thin events
        self.thin_secret = ""
        self._courier = Courier(books.world, "stripe")
        self._letters: asyncio.Queue[Letter] = asyncio.Queue()
        self._posting: Letter | None = None
        self._tasks: list[asyncio.Task[None]] = []
        books.on_event = self.take
        books.on_thin_event = self.take_thin

    def take(self, event: Thing) -> None:
        """Address an event to all endpoints that want it."""
        addresses = [(self.url, self.secret)] if self.url else []
        for endpoint in self.books.all("webhook_endpoint"):
            enabled = endpoint["enabled_events"]
            told: Told = self.books.private[endpoint["id"]]
            concerned = told.of_sellers == ("account" in event)
            if endpoint["status"] == "enabled" and concerned and ("*" in enabled or event["type"] in enabled):
                addresses.append((endpoint["url"], told.secret))
        event["pending_webhooks"] = len(addresses)
        for url, secret in addresses:
            self._letters.put_nowait(Letter(event, url, secret, self.books.now()))

    def send_again(self, letter: Letter) -> None:
        """Queue a letter that was not taken, or that an earlier process did not send any more."""
        self._letters.put_nowait(letter)

    def waiting(self) -> list[Letter]:
        """Return the letters that are not sent yet: first the one that is being posted."""
        queued: list[Letter] = list(self._letters._queue)  # type: ignore[attr-defined]  # noqa: SLF001 - no other view
        return [*([self._posting] if self._posting else []), *queued]

    def take_thin(self, event: Thing) -> None:
        for destination in self.books.all(KIND):
            at = destination["webhook_endpoint"]
            if event["type"] in destination["enabled_events"]:
                self._letters.put_nowait(Letter(event, at["url"], at["signing_secret"], self.books.now()))
        if self.thin_url:
            self._letters.put_nowait(Letter(event, self.thin_url, self.thin_secret, self.books.now()))

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._send_all()), asyncio.create_task(self._tick())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._courier.stop()

    async def _tick(self) -> None:
        """Let sessions expire and holds lapse even when there are no calls."""
        while True:
            self.books.settle()
            await asyncio.sleep(TICK_SECONDS)

    async def _send_all(self) -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                self._posting = await self._letters.get()
                await self._send(http, self._posting)
                self._posting = None

    async def _send(self, http: aiohttp.ClientSession, letter: Letter) -> None:
        body = json.dumps(letter.said, indent=2)
        signature = WebhookSignature.generate_signature_header(body, letter.secret, self.books.now())
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}

        async def send() -> Receipt:
            return await post(http, letter.url, body.encode(), headers)

        receipt = await self._courier.deliver(letter.event["type"], letter.said, send)
        if receipt.taken:
            if "pending_webhooks" in letter.event:
                letter.event["pending_webhooks"] = max(0, letter.event["pending_webhooks"] - 1)
            return
        again_at = self.books.now() + BACKOFF[min(letter.attempt, len(BACKOFF) - 1)]
        if again_at <= letter.born + GIVEN_UP_AFTER:
            again = replace(letter, attempt=letter.attempt + 1)
            self.books.later(again_at, partial(self.send_again, again))
