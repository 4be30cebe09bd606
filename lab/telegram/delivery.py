"""Delivery of updates to the bot: kept until confirmed by `getUpdates`, or pushed to a webhook until it answers 2xx."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from lab.telegram.call import Call, Refusal, bad_request
from lab.telegram.shapes import check_update
from lab.wire import Courier, Receipt, post
from lab.world import Numbers, World

# Telegram only sends these if they are asked for by name (core.telegram.org/bots/api, getUpdates).
ONLY_WHEN_ASKED: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
# Telegram's own pauses grow to minutes, which would be too long for people in the lab.
LONGEST_PAUSE_SECONDS: Final = 5.0
# "Incoming updates are stored on the server until the bot receives them, but not longer than 24 hours."
KEPT: Final = timedelta(hours=24)

Update = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Webhook:
    url: str
    secret: str
    max_connections: int


class Delivery:
    """The bot's queue of updates. One person's updates stay in order; different people do not wait for each other."""

    def __init__(self, world: World, on_reply: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self.world = world
        self._on_reply = on_reply  # a webhook may answer with a call of the Bot API
        self.webhook: Webhook | None = None
        self.allowed: frozenset[str] = frozenset()
        self.last_error: tuple[int, str] | None = None
        self._numbers = Numbers(100_000_001)
        self._pending: dict[int, tuple[int, Update]] = {}  # with the chat that it concerns
        self._came: dict[int, datetime] = {}
        self._queues: defaultdict[int, deque[int]] = defaultdict(deque)  # updates that a webhook still has to get
        self._arrived = asyncio.Event()
        self._poller: asyncio.Event | None = None
        self._closing = False
        self._courier = Courier(world, "telegram")
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._http: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(40)

    def go_on(self) -> None:
        """Push what waits for a webhook that an earlier process set."""
        for number, (queue, _) in self._pending.items():
            self._queues[queue].append(number)
        for queue in list(self._queues):
            self._push(queue)

    def add(self, kind: str, queue: int, content: dict[str, Any]) -> None:
        """Queue one update; `queue` is the chat it concerns."""
        if kind not in self.allowed if self.allowed else kind in ONLY_WHEN_ASKED:
            return
        number = next(self._numbers)
        self._came[number] = self.world.clock.now()
        check_update({"update_id": number, kind: content})
        self._pending[number] = queue, {"update_id": number, kind: content}
        self._arrived.set()
        if self.webhook:
            self._queues[queue].append(number)
            self._push(queue)

    # -- long polling ------------------------------------------------------------------------

    async def poll(self, call: Call) -> list[Update]:
        """Answer `getUpdates`: an offset confirms all updates before it; a newer poll ends an older one with 409."""
        if self.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._allow(call)
        if self._poller:
            self._poller.set()
        self._confirm(call.integer("offset"))
        self._let_lapse()
        limit = min(max(call.integer("limit", 100), 1), 100)
        seconds = min(call.integer("timeout"), 50)
        if not self._pending:
            await self._wait(seconds)
        return await self._disturbed([update for _, update in itertools.islice(self._pending.values(), limit)])

    async def _wait(self, seconds: int) -> None:
        replaced = self._poller = asyncio.Event()
        self._arrived.clear()
        waits = [asyncio.create_task(self._arrived.wait()), asyncio.create_task(replaced.wait())]
        try:
            if not self._closing:
                await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            if self._poller is replaced:
                self._poller = None
        if replaced.is_set():
            by = "setWebhook request" if self.webhook else "other getUpdates request"
            hint = "" if self.webhook else "; make sure that only one bot instance is running"
            raise Refusal(409, f"Conflict: terminated by {by}{hint}")

    def _confirm(self, offset: int) -> None:
        ids = list(self._pending)
        confirmed = [each for each in ids if each < offset] if offset >= 0 else ids[:offset]
        for each in confirmed:
            del self._pending[each]
            self._came.pop(each, None)

    def _let_lapse(self) -> None:
        """Drop updates that were not fetched within a day."""
        for number in [each for each, came in self._came.items() if self.world.clock.now() - came > KEPT]:
            self._pending.pop(number, None)
            del self._came[number]

    async def _disturbed(self, updates: list[Update]) -> list[Update]:
        """Return the batch as the faults leave it; a lost update stays queued, so the next poll brings it."""
        given: list[Update] = []
        held: list[Update] = []
        for update in updates:
            kind = _kind(update)
            fault = self.world.strike("telegram", "delivery", kind)
            if fault and fault.kind in {"drop", "outage", "answer_lost"}:
                self.world.record("telegram", "out", kind, update, answer=f"lost: {fault.kind}")
                break
            if fault and fault.kind == "delay":
                await asyncio.sleep(fault.seconds)
            if fault and fault.kind == "reorder":
                held.append(update)
                continue
            given += [update, update] if fault and fault.kind == "duplicate" else [update]
            given += held
            held = []
        given += held
        for update in given:
            self.world.record("telegram", "out", _kind(update), update)
        return given

    # -- webhook -----------------------------------------------------------------------------

    def set_webhook(self, call: Call) -> str:
        """Set the webhook. Telegram wants https on four ports; the lab, which is on loopback, also takes plain http."""
        url = call.text("url")
        if not url:
            return self.delete_webhook(call)
        if not re.match(r"https?://[^/\s]+", url):
            raise bad_request("bad webhook: invalid webhook URL specified")
        secret = call.text("secret_token")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        self._allow(call)
        if call.flag("drop_pending_updates"):
            self._forget()
        webhook = Webhook(url, secret, min(max(call.integer("max_connections", 40), 1), 100))
        already = webhook == self.webhook
        self.webhook, self.last_error = webhook, None
        self._slots = asyncio.Semaphore(webhook.max_connections)
        if self._poller:
            self._poller.set()
        self._queues.clear()
        self.go_on()
        return "Webhook is already set" if already else "Webhook was set"

    def delete_webhook(self, call: Call) -> str:
        if call.flag("drop_pending_updates"):
            self._forget()
        was, self.webhook = self.webhook, None
        return "Webhook was deleted" if was else "Webhook is already deleted"

    def webhook_info(self) -> dict[str, Any]:
        info: dict[str, Any] = {
            "url": self.webhook.url if self.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._pending),
        }
        if self.webhook:
            info["max_connections"] = self.webhook.max_connections
        if self.last_error:
            info["last_error_date"], info["last_error_message"] = self.last_error
        if self.allowed:
            info["allowed_updates"] = sorted(self.allowed)
        return info

    def _push(self, queue: int) -> None:
        if self.webhook and not self._closing and queue not in self._tasks:
            task = asyncio.create_task(self._empty(queue))
            self._tasks[queue] = task

    async def _empty(self, queue: int) -> None:
        """Send one person's updates, oldest first, each until the bot accepts it."""
        pause = 0.1
        try:
            while self.webhook and (number := self._oldest(queue)) is not None:
                if await self._send(self.webhook, self._pending[number][1]):
                    self._pending.pop(number, None)
                    self._came.pop(number, None)
                    pause = 0.1
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        finally:
            del self._tasks[queue]

    def _oldest(self, queue: int) -> int | None:
        """Return the person's first update that is still wanted."""
        self._let_lapse()
        numbers = self._queues[queue]
        while numbers and numbers[0] not in self._pending:
            numbers.popleft()
        return numbers[0] if numbers else None

    async def _send(self, webhook: Webhook, update: Update) -> bool:
        if self._http is None:
            self._http = aiohttp.ClientSession()
        http = self._http
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        content = json.dumps(update).encode()

        async def send() -> Receipt:
            return await post(http, webhook.url, content, headers)

        async with self._slots:
            receipt = await self._courier.deliver(_kind(update), update, send)
        if not receipt.taken:
            status = receipt.status
            phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
            reason = f"Wrong response from the webhook: {status} {phrase}" if status else "Connection failed"
            self.last_error = (int(self.world.clock.now().timestamp()), reason)
        elif isinstance(receipt.answer, dict) and "method" in receipt.answer:
            await self._on_reply(receipt.answer)
        return receipt.taken

    def _allow(self, call: Call) -> None:
        """Remember `allowed_updates` until it is given again; an empty list means the default."""
        given = call.parsed("allowed_updates", list)
        if given is not None:
            self.allowed = frozenset(given)

    def _forget(self) -> None:
        self._pending.clear()
        self._came.clear()
        self._queues.clear()

    async def stop(self) -> None:
        """End waiting polls with an empty answer, and stop the deliveries."""
        self._closing = True
        self._arrived.set()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._courier.stop()
        if self._http:
            await self._http.close()


def _kind(update: Update) -> str:
    return next(key for key in update if key != "update_id")
