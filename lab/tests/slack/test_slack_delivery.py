"""Delivery of messages to the app: Socket Mode and signed HTTP, retried if not accepted, doubled by the fault."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from lab.app import Lab
from lab.tests.slack.member import Json, Member, modal, soon, texts
from lab.world import Fault


@pytest.fixture
async def deaf(lab: Lab, client: AsyncWebClient) -> AsyncIterator[list[SocketModeRequest]]:
    """Yield an app that gets everything, and acknowledges only what comes again."""
    heard: list[SocketModeRequest] = []
    socket = SocketModeClient(app_token=lab.slack.app_token, web_client=client)

    async def hear(_: Any, request: SocketModeRequest) -> None:
        heard.append(request)
        if request.retry_attempt:
            await socket.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    socket.socket_mode_request_listeners.append(hear)
    await socket.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    yield heard
    await socket.close()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


async def test_an_event_not_acknowledged_comes_again_as_the_same_event(
    lab: Lab, deaf: list[SocketModeRequest], ona: Member
) -> None:
    await ona.does("say", text="hello?")
    await soon(lambda: len(deaf) == 1)
    lab.world.clock.advance(timedelta(seconds=4))
    await soon(lambda: len(deaf) == 2)
    lab.world.clock.advance(timedelta(minutes=10))
    await asyncio.sleep(0.2)

    first, again = deaf
    assert first.payload["event_id"] == again.payload["event_id"]
    assert first.envelope_id != again.envelope_id
    assert (first.retry_attempt, again.retry_attempt, again.retry_reason) == (0, 1, "timeout")


async def test_an_event_for_an_app_that_is_away_waits_for_it(lab: Lab, ona: Member, client: AsyncWebClient) -> None:
    await ona.does("say", text="anybody there?")
    heard: list[str] = []
    socket = SocketModeClient(app_token=lab.slack.app_token, web_client=client)

    async def hear(_: Any, request: SocketModeRequest) -> None:
        heard.append(request.payload["event"]["text"])

    socket.socket_mode_request_listeners.append(hear)
    await socket.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    lab.world.clock.advance(timedelta(seconds=61))
    await soon(lambda: heard == ["anybody there?"])
    await socket.close()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


async def test_a_doubled_event_has_a_new_event_id(lab: Lab, app: AsyncApp, ona: Member) -> None:
    heard: list[Json] = []

    @app.event("message")
    async def hear(body: Json) -> None:
        heard.append(body)

    lab.world.faults.append(Fault("slack", "duplicate", "delivery", "message"))
    await ona.does("say", text="once")

    await soon(lambda: len(heard) == 2)
    first, second = heard
    assert first["event"] == second["event"]
    assert first["event_id"] != second["event_id"]


async def test_a_lost_event_is_sent_again(lab: Lab, app: AsyncApp, ona: Member) -> None:
    @app.event("message")
    async def hear(event: Json, say: Any) -> None:
        await say("heard")

    lab.world.faults.append(Fault("slack", "drop", "delivery", "message"))
    await ona.does("say", text="once")

    assert await ona.sees(lambda screen: texts(screen)[1:]) == ["heard"]
    sent = [each for each in lab.world.wire if each.direction == "out" and each.method == "message"]
    assert [each.status for each in sent] == [None, 200]


async def test_a_connection_told_to_go_comes_again(lab: Lab, app: AsyncApp, ona: Member) -> None:
    @app.event("message")
    async def hear(event: Json, say: Any) -> None:
        await say("still here")

    async with ona.browser.post("/lab/slack/disconnect", json={"reason": "warning"}) as answer:
        assert await answer.json() == {"asked": 1}
    await soon(lambda: lab.slack.delivery.reachable)
    await ona.does("say", text="hello?")

    assert await ona.sees(lambda screen: texts(screen)[1:]) == ["still here"]


@dataclass
class Receiver:
    """An app behind a URL: it checks each signature with the SDK's verifier, keeps events, and answers as told."""

    verifier: SignatureVerifier
    url: str = ""
    got: list[tuple[str, Any, dict[str, str]]] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        assert self.verifier.is_valid_request(body, dict(request.headers))
        if request.content_type == "application/json":
            sent = json.loads(body)
        else:
            form = {key: values[0] for key, values in parse_qs(body, keep_blank_values=True).items()}
            sent = json.loads(form["payload"]) if "payload" in form else form
        if sent.get("type") == "url_verification":
            return web.json_response({"challenge": sent["challenge"]})
        self.got.append((request.content_type, sent, dict(request.headers)))
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def receiver(lab: Lab) -> AsyncIterator[Receiver]:
    receiver = Receiver(SignatureVerifier(lab.slack.signing_secret))
    application = web.Application()
    application.router.add_post("/slack/events", receiver.take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    receiver.url = lab.slack.events_url = f"http://{host}:{port}/slack/events"
    yield receiver
    await runner.cleanup()


async def test_signed_http_carries_events_commands_and_interactions(
    lab: Lab, receiver: Receiver, ona: Member, client: AsyncWebClient
) -> None:
    await ona.does("say", text="hello")
    await soon(lambda: receiver.got)
    receiver.answers.append(web.json_response({"text": "looking"}))
    await ona.does("command", text="/parley find chips")
    await client.views_open(trigger_id=receiver.got[1][1]["trigger_id"], view=modal(callback_id="asked"))
    (form,) = (await ona.screen())["modals"]
    receiver.answers.append(web.json_response({"response_action": "errors", "errors": {"who": "no"}}))
    refused = await ona.does("submit", view_id=form["id"], values={"who": {"name": "Rasa"}})

    (_, event, _), (kind, command, _), (_, submission, _) = receiver.got
    assert (event["type"], event["event"]["text"]) == ("event_callback", "hello")
    assert (kind, command["command"], command["text"]) == (
        "application/x-www-form-urlencoded",
        "/parley",
        "find chips",
    )
    assert submission["view"]["state"]["values"]["who"]["name"]["value"] == "Rasa"
    assert refused == {"errors": {"who": "no"}}
    assert texts(await ona.screen()) == ["hello", "looking"]


async def test_http_retries_say_which_and_why(lab: Lab, receiver: Receiver, ona: Member) -> None:
    receiver.answers += [web.Response(status=500), web.Response(status=500)]
    await ona.does("say", text="hello")
    await soon(lambda: len(receiver.got) == 2)
    lab.world.clock.advance(timedelta(seconds=61))
    await soon(lambda: len(receiver.got) == 3)

    retries = [headers.get("X-Slack-Retry-Num") for _, _, headers in receiver.got]
    assert retries == [None, "1", "2"]
    assert receiver.got[2][2]["X-Slack-Retry-Reason"] == "http_error"
    assert len({body["event_id"] for _, body, _ in receiver.got}) == 1


async def test_a_url_that_does_not_echo_the_challenge_gets_nothing(
    lab: Lab, ona: Member, browser: aiohttp.ClientSession
) -> None:
    lab.slack.events_url = f"{lab.url}/lab/clock"
    await ona.does("say", text="hello")
    await soon(lambda: any(each.method == "url_verification" for each in lab.world.wire))
    assert not any(each.method == "message" and each.status for each in lab.world.wire)
