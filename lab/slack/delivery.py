"""Delivery of events, commands and interactions to the app: over Socket Mode, or as signed HTTP to a URL."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal
from urllib.parse import urlencode

import aiohttp
from starlette.websockets import WebSocket, WebSocketDisconnect

from lab.slack.app import App
from lab.slack.workspace import Workspace
from lab.wire import Courier, Receipt, post

Json = dict[str, Any]
Kind = Literal["events_api", "slash_commands", "interactive"]

# docs.slack.dev/apis/events-api: answer within 3 seconds; three retries: nearly at once, after 1 and after 5 minutes.
PATIENCE: Final = timedelta(seconds=3)
RETRY_AFTER: Final = (timedelta(), timedelta(minutes=1), timedelta(minutes=5))
MOST_CONNECTIONS: Final = 10  # docs.slack.dev/apis/events-api/using-socket-mode
_LOOK_SECONDS: Final = 0.05


@dataclass(slots=True, eq=False)
class Connection:
    """One open websocket of the app. A connection told to disconnect gets nothing more."""

    socket: WebSocket
    leaving: bool = False
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)


class Delivery:
    def __init__(self, app: App) -> None:
        self.app = app
        self.world = app.world
        self.verified_url: str | None = None
        self.tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._courier = Courier(self.world, "slack")
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None
        self._events = 0
        self._closing = False

    def event(self, work: Workspace, event: Json, channel_type: str = "") -> None:
        """Send an event if the app has subscribed to its kind. Retry it under one event_id until the app accepts it."""
        if work.token is None or not self.app.hears(event, channel_type):
            return
        self._events += 1
        task = asyncio.create_task(self._deliver_event(work, event))
        if self.app.double_every and self._events % self.app.double_every == 0:
            task.add_done_callback(lambda _: self._double(work, event))
        self._keep(task)

    def farewell(self, work: Workspace, event: Json, *, whole: bool) -> None:
        """Send an event although the app has already lost its token, here or in the whole organisation.

        Such an event names no authorization. From an organisation it names no workspace either.
        """
        if self.app.hears(event):
            about: Json = {"authorizations": [], **({"team_id": None} if whole else {})}
            self._keep(asyncio.create_task(self._deliver_event(work, event, about)))

    def _double(self, work: Workspace, event: Json) -> None:
        """Send the event a second time as a new one, as Slack does now and then."""
        if not self._closing:
            self._keep(asyncio.create_task(self._deliver_event(work, event)))

    async def command(self, form: Json) -> Json | None:
        """Run a slash command. Return the app's answer, or None if there is none within 3 seconds."""
        return await self._ask("slash_commands", form["command"], form)

    async def interaction(self, payload: Json) -> Json | None:
        """Report a press, a submission or a shortcut. Return the app's answer, or None. Slack does not repeat these."""
        return await self._ask("interactive", payload["type"], payload)

    async def serve(self, socket: WebSocket) -> None:
        """Serve one Socket Mode connection from hello to its end."""
        connection = Connection(socket)
        await socket.accept()
        if len(self._connections) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return
        self._connections.append(connection)
        info = {"app_id": self.app.id}
        hello = {"type": "hello", "num_connections": len(self._connections), "connection_info": info}
        await socket.send_json({**hello, "debug_info": {"host": "lab", "approximate_connection_time": 18060}})
        try:
            while True:
                answer = await socket.receive_json()
                waiting = connection.waiting.pop(answer.get("envelope_id", ""), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer.get("payload") or {})
        except WebSocketDisconnect:
            pass
        finally:
            self._connections.remove(connection)
            for future in connection.waiting.values():
                future.cancel()

    async def disconnect(self, reason: str) -> int:
        """Ask every connection to reconnect, as Slack does every few hours. Return how many were asked."""
        asked = [connection for connection in self._connections if not connection.leaving]
        for connection in asked:
            connection.leaving = True
            await connection.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "lab"}})
        return len(asked)

    @property
    def reachable(self) -> bool:
        """Return whether there is a receiver: a URL, or an open connection."""
        return bool(self.app.events_url) or any(not connection.leaving for connection in self._connections)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        self._closing = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._courier.stop()
        for connection in list(self._connections):
            await connection.socket.close()
        if self._http is not None:
            await self._http.close()

    async def _deliver_event(self, work: Workspace, event: Json, about: Json | None = None) -> None:
        """Deliver an event. `about`: the parts of its envelope that are otherwise than usual."""
        body: Json = {"type": "event_callback", "event": event, "event_id": work.new_id("Ev")}
        body |= {"event_time": int(self.world.clock.now().timestamp()), "token": "lab", "team_id": work.id}
        body |= {"enterprise_id": work.enterprise_id} if work.enterprise else {}
        authorization = {"enterprise_id": work.enterprise_id, "team_id": work.id, "user_id": work.bot_user}
        body |= {"api_app_id": self.app.id, "is_ext_shared_channel": False, "event_context": work.new_id("4-")}
        body["authorizations"] = [{**authorization, "is_bot": True, "is_enterprise_install": work.whole}]
        body |= about or {}
        # The app's own messages come back to it. They have another name, so that faults can tell them from people's.
        name = "echo" if event.get("user") == work.bot_user and event["type"] == "message" else event["type"]
        reason = ""
        for attempt in range(len(RETRY_AFTER) + 1):
            if attempt:
                await self._wait_for(RETRY_AFTER[attempt - 1])
            receipt = await self._carry("events_api", name, body, attempt, reason)
            if receipt.taken:
                return
            reason = "http_error" if receipt.status else "http_timeout"
            if not self.app.events_url:
                reason = "timeout"

    async def _ask(self, kind: Kind, method: str, payload: Json) -> Json | None:
        receipt = await self._carry(kind, method, payload, 0, "")
        if not receipt.taken or receipt.answer is None:
            return None
        if isinstance(receipt.answer, str):
            return {"text": receipt.answer} if receipt.answer else {}
        return dict(receipt.answer)

    async def _carry(self, kind: Kind, method: str, payload: Json, attempt: int, reason: str) -> Receipt:
        """Make one attempt. An event that a fault sends a second time gets a new event_id, as Slack's doubles do."""
        sent = 0

        async def send() -> Receipt:
            nonlocal sent
            sent += 1
            again = sent > 1 and kind == "events_api"
            body = {**payload, "event_id": f"Ev{self.app.new_secret(10).upper()}"} if again else payload
            if self.app.events_url:
                return await self._send_http(self.app.events_url, kind, body, attempt, reason)
            return await self._send_socket(kind, body, attempt, reason)

        return await self._courier.deliver(method, payload, send)

    async def _send_socket(self, kind: Kind, payload: Json, attempt: int, reason: str) -> Receipt:
        connection = next((each for each in self._connections if not each.leaving), None)
        if connection is None:
            return Receipt(None)
        # Slack spreads envelopes over an app's connections.
        self._connections.remove(connection)
        self._connections.append(connection)
        envelope: Json = {"envelope_id": str(uuid.UUID(int=self.world.random.getrandbits(128))), "type": kind}
        envelope |= {"payload": payload, "accepts_response_payload": kind != "events_api"}
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = answer
        try:
            await connection.socket.send_json(envelope)
        except (WebSocketDisconnect, RuntimeError):  # closed while it was in use
            return Receipt(None)
        await self._patience(answer)
        connection.waiting.pop(envelope["envelope_id"], None)
        return Receipt(200, answer.result()) if answer.done() and not answer.cancelled() else Receipt(None)

    async def _send_http(self, url: str, kind: Kind, payload: Json, attempt: int, reason: str) -> Receipt:
        if self.verified_url != url and not await self._verify(url):
            return Receipt(None)
        if kind == "events_api":
            content, media = json.dumps(payload).encode(), "application/json"
        elif kind == "interactive":
            content, media = urlencode({"payload": json.dumps(payload)}).encode(), "application/x-www-form-urlencoded"
        else:
            content, media = urlencode(payload).encode(), "application/x-www-form-urlencoded"
        retry = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason} if attempt else {}
        return await self._post(url, content, {"Content-Type": media, **retry})

    async def _verify(self, url: str) -> bool:
        """Make the handshake that Slack makes before it sends events to a URL."""
        challenge = self.app.new_secret(52)
        body = {"token": "lab", "challenge": challenge, "type": "url_verification"}
        receipt = await self._post(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        answer = receipt.answer
        echoed = answer.get("challenge") if isinstance(answer, dict) else answer
        self.world.record("slack", "out", "url_verification", body, answer=answer, status=receipt.status)
        if receipt.taken and echoed == challenge:
            self.verified_url = url
        return self.verified_url == url

    async def _post(self, url: str, content: bytes, headers: dict[str, str]) -> Receipt:
        if self._http is None:
            self._http = aiohttp.ClientSession()
        # Real time instead of the lab's clock: slack_sdk's SignatureVerifier reads the machine's clock.
        stamp = str(int(time.time()))
        secret = self.app.signing_secret.encode()
        digest = hmac.new(secret, f"v0:{stamp}:".encode() + content, hashlib.sha256).hexdigest()
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", **headers}
        return await post(self._http, url, content, signed, seconds=PATIENCE.total_seconds())

    async def _patience(self, answer: asyncio.Future[Json]) -> None:
        """Wait until the answer is there, or until 3 seconds have passed by the world's clock."""
        deadline = self.world.clock.now() + PATIENCE
        while not answer.done() and self.world.clock.now() < deadline:
            await asyncio.wait({answer}, timeout=_LOOK_SECONDS)

    async def _wait_for(self, pause: timedelta) -> None:
        due = self.world.clock.now() + pause
        while self.world.clock.now() < due:  # noqa: ASYNC110  # the clock jumps without an event
            await asyncio.sleep(_LOOK_SECONDS)
