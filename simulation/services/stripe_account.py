"""The lab's Stripe in the world's time: it answers calls in place, settles by itself, and sends its events."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Message
from stripe import WebhookSignature

from lab.stripe import Stripe
from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.api.troubles import Trouble
from lab.stripe.webhooks import BACKOFF, GIVEN_UP_AFTER
from lab.world import World as LabWorld
from simulation.engine.dice import between
from simulation.environment import Environment

RESERVE: Final = 100_000_000  # cents that the platform's owner keeps with Stripe for fees on refunded money
SETTLES_EVERY: Final = 900.0  # seconds between looks at what has fallen due without a call
ON_ITS_WAY: Final = (0.05, 20.0)  # seconds that an event takes
LATE: Final = (600.0, 3 * 86_400.0)
SAYS_PAID: Final = frozenset({"checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"})


class PayersBank(Protocol):
    """The banks of the payers, which hear of events before the product does."""

    def told(self, event: Thing) -> None: ...

    def forgets(self, intent: str) -> None: ...


class StripeAccount:
    """One platform account at Stripe, and the courier of its events."""

    bank: PayersBank  # set by the population, before the first event
    address: Final = "http://stripe.test/stripe"

    def __init__(self, world: Environment, outside: LabWorld, dice: random.Random) -> None:
        self._world = world
        self._dice = dice
        self.lab = Stripe(outside)
        self.lab.top_up(RESERVE)
        self.lab.books.base_url = "http://stripe.test"
        self.lab.books.on_event = self._announce
        self.lab.books.on_thin_event = self._announce
        if world.strikes("keys_kept"):
            self.lab.api.keys.now = lambda: 0  # keys never grow old
        self._api = self.lab.router()
        self.secret_key = self.lab.secret_key
        self.webhook_secret = self.lab.webhook_secret

    # --- calls --------------------------------------------------------------------------------------------------------

    async def answer(
        self, method: str, url: str, headers: Mapping[str, str], body: Any
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send one HTTP request to the lab's application; return body, status and headers."""
        parts = urlsplit(url)
        sent = body.encode() if isinstance(body, str) else bytes(body or b"")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method.upper(),
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "root_path": "",
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), str(value).encode()) for name, value in headers.items()],
            "server": ("stripe.test", 80),
            "client": ("127.0.0.1", 1),
            "state": {},
        }
        told: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": sent, "more_body": False}

        async def send(message: Message) -> None:
            told.append(message)

        await self._api(scope, receive, send)
        # As a client over the wire has them: a plain dictionary would not find "Idempotent-Replayed" in any case.
        given = Headers(raw=told[0]["headers"])
        return b"".join(each.get("body", b"") for each in told[1:]), int(told[0]["status"]), given

    def upset(self, trouble: Trouble) -> None:
        self.lab.api.troubles.waiting.append(trouble)

    def does(self, deed: Callable[[], Any]) -> Any:
        """Carry out an action of a payer or a bank; return None if Stripe refuses it."""
        self.lab.books.settle()
        try:
            return deed()
        except Refusal as refusal:
            self._world.trace.note("stripe_refuses", refusal)
            return None

    def things(self, kind: str) -> list[Thing]:
        return list(self.lab.books.things.get(kind, {}).values())

    # --- time and events ----------------------------------------------------------------------------------------------

    async def live(self) -> None:
        """Let pages expire and holds lapse also without calls."""
        while True:
            self.lab.books.settle()
            await asyncio.sleep(SETTLES_EVERY)

    def _announce(self, event: Thing) -> None:
        self._world.trace.note("event", event["type"], event["id"])
        self.bank.told(event)
        if self._world.strikes("hint_lost"):
            return
        self._world.spawn(self._carry(event))
        if self._world.strikes("hint_twice"):
            self._world.spawn(self._carry(event))

    async def _carry(self, event: Thing) -> None:
        """Sign an event and send it, again and again for three days until it is accepted."""
        thin = event["object"] == "v2.core.event"
        said = {name: each for name, each in event.items() if name != "data"} if thin else event
        begun = self.lab.books.now()
        await asyncio.sleep(between(self._dice, *(LATE if self._is_late(event["type"]) else ON_ITS_WAY)))
        for attempt in range(100):
            if await self._taken(json.dumps(said)) or self.lab.books.now() - begun > GIVEN_UP_AFTER:
                return
            await asyncio.sleep(BACKOFF[min(attempt, len(BACKOFF) - 1)])

    def _is_late(self, type_: str) -> bool:
        strikes = self._world.strikes
        if type_ in SAYS_PAID:
            return strikes("paid_heard_last") or strikes("paid_heard_late")
        return strikes("hint_late")

    async def _taken(self, body: str) -> bool:
        """Return whether the endpoint accepted it. An endpoint that dies over it, or has no database, did not."""
        signature = WebhookSignature.generate_signature_header(body, self.webhook_secret, self.lab.books.now())
        status = await self._world.ask(lambda machine: machine.webhooks.take(body.encode(), signature))
        return status == 200 and not self._world.strikes("hint_answer_lost")
