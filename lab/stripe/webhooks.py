"""Webhooks: each event is signed and posted to whoever asked for it, and again with back-off until it is taken."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Final

import aiohttp
from stripe import WebhookSignature

from lab.stripe.api.desk import Route
from lab.stripe.api.shapes import Thing
from lab.stripe.books import VERSION, Books, Call, change_metadata, page
from lab.wire import Courier, Receipt, post

BACKOFF: Final = (2, 10, 60, 600, 3_600, 6 * 3_600, 24 * 3_600, 24 * 3_600)
"""Seconds of the world's clock between attempts. Stripe's own waits are its secret; it gives up after three days."""

TICK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Letter:
    """One event on its way to one address."""

    event: Thing
    url: str
    secret: str
    attempt: int = 0


class Post:
    """Sends events in the order in which they happened. Retries step out of line."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.url = ""  # the product's own endpoint, set by the lab; others come by `webhook_endpoints`
        self.secret = ""
        self._courier = Courier(books.world, "stripe")
        self._letters: asyncio.Queue[Letter] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        books.on_event = self.take

    def take(self, event: Thing) -> None:
        """Address an event to everybody who wants it."""
        addresses = [(self.url, self.secret)] if self.url else []
        for endpoint in self.books.all("webhook_endpoint"):
            wanted = endpoint["enabled_events"]
            if endpoint["status"] == "enabled" and ("*" in wanted or event["type"] in wanted):
                addresses.append((endpoint["url"], self.books.private[endpoint["id"]]))
        event["pending_webhooks"] = len(addresses)
        for url, secret in addresses:
            self._letters.put_nowait(Letter(event, url, secret))

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._send_all()), asyncio.create_task(self._tick())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._courier.stop()

    async def _tick(self) -> None:
        """Sessions expire and holds lapse even while nobody calls."""
        while True:
            self.books.settle()
            await asyncio.sleep(TICK_SECONDS)

    async def _send_all(self) -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                await self._send(http, await self._letters.get())

    async def _send(self, http: aiohttp.ClientSession, letter: Letter) -> None:
        body = json.dumps(letter.event, indent=2)
        signature = WebhookSignature.generate_signature_header(body, letter.secret, self.books.now())
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}

        async def send() -> Receipt:
            return await post(http, letter.url, body.encode(), headers)

        receipt = await self._courier.deliver(letter.event["type"], letter.event, send)
        if receipt.taken:
            letter.event["pending_webhooks"] = max(0, letter.event["pending_webhooks"] - 1)
        elif letter.attempt < len(BACKOFF):
            again = Letter(letter.event, letter.url, letter.secret, letter.attempt + 1)
            wait = BACKOFF[letter.attempt]
            self.books.later(self.books.now() + wait, lambda: self._letters.put_nowait(again))


def create_endpoint(books: Books, call: Call) -> Thing:
    """The secret is told once, here."""
    endpoint = books.add(
        "webhook_endpoint",
        "we",
        url=call.params["url"],
        enabled_events=call.params["enabled_events"],
        api_version=call.params.get("api_version", VERSION),
        application=None,
        description=call.params.get("description"),
        metadata=dict(call.params.get("metadata") or {}),
        status="enabled",
    )
    del endpoint["secret"]
    secret = books.new_id("whsec")
    books.private[endpoint["id"]] = secret
    return {**endpoint, "secret": secret}


def update_endpoint(books: Books, call: Call) -> Thing:
    endpoint = books.get("webhook_endpoint", call.ids["id"])
    for name in ("url", "enabled_events", "description"):
        endpoint[name] = call.params.get(name, endpoint[name])
    if "disabled" in call.params:
        endpoint["status"] = "disabled" if call.params["disabled"] else "enabled"
    change_metadata(endpoint, call.params.get("metadata"))
    return endpoint


def delete_endpoint(books: Books, call: Call) -> Thing:
    endpoint = books.get("webhook_endpoint", call.ids["id"])
    del books.things["webhook_endpoint"][endpoint["id"]], books.by_id[endpoint["id"]]
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def retrieve_endpoint(books: Books, call: Call) -> Thing:
    return books.get("webhook_endpoint", call.ids["id"])


def list_endpoints(books: Books, call: Call) -> Thing:
    return page(books.all("webhook_endpoint"), "/v1/webhook_endpoints", call.params)


def retrieve_event(books: Books, call: Call) -> Thing:
    return books.get("event", call.ids["id"], owner=call.account)


def list_events(books: Books, call: Call) -> Thing:
    """The last 30 days, newest first."""
    oldest = books.now() - 30 * 86_400
    recent = [each for each in books.all("event", call.account) if each["created"] > oldest]
    if types := call.params.get("types"):
        recent = [each for each in recent if each["type"] in types]
    return page(recent, "/v1/events", call.params, ("type",))


PAGE: Final = "limit starting_after ending_before"
ENDPOINT: Final = "_webhook_endpoint_{0}_params.WebhookEndpoint{1}Params"
PATH: Final = "/v1/webhook_endpoints"

ROUTES: Final = [
    Route(
        "POST",
        PATH,
        ENDPOINT.format("create", "Create"),
        "url enabled_events api_version description metadata",
        create_endpoint,
    ),
    Route("GET", PATH, ENDPOINT.format("list", "List"), PAGE, list_endpoints),
    Route("GET", f"{PATH}/{{id}}", ENDPOINT.format("retrieve", "Retrieve"), "", retrieve_endpoint),
    Route(
        "POST",
        f"{PATH}/{{id}}",
        ENDPOINT.format("update", "Update"),
        "url enabled_events description disabled metadata",
        update_endpoint,
    ),
    Route("DELETE", f"{PATH}/{{id}}", ENDPOINT.format("delete", "Delete"), "", delete_endpoint),
    Route("GET", "/v1/events", "_event_list_params.EventListParams", f"{PAGE} created type types", list_events),
    Route("GET", "/v1/events/{id}", "_event_retrieve_params.EventRetrieveParams", "", retrieve_event),
]
