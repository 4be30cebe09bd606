"""Slack over signed HTTP: a request with Slack's signature is accepted, and no other."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from lab.app import Lab
from lab.people import Browser
from lab.tests.slack.member import Member as Window
from tests.bots.sample_market import Stall
from tests.bots.slack_app import entered, last, slack, window


@pytest.fixture
async def posted(lab: Lab, face: Browser, stall: Stall) -> AsyncIterator[str]:
    """Return the URL of the app to which Slack posts."""
    app = slack(lab, stall, signing_secret=lab.slack.signing_secret)
    await app.start()

    async def take(request: web.Request) -> web.Response:
        status, body, headers = await app.take_http(await request.read(), request.headers)
        return web.Response(
            status=status, text=body, content_type=headers.get("content-type", "text/plain").split(";")[0]
        )

    application = web.Application()
    application.router.add_post("/slack/events", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    url = f"http://{host}:{port}/slack/events"
    await face.put("/lab/slack/app", {"request_url": url})
    yield url
    await stall.settle()
    await runner.cleanup()
    await app.stop()


async def test_request_signed_by_slack_is_accepted(posted: str, browser: aiohttp.ClientSession) -> None:
    ona = await Window.take(browser, "Ona", id="U0ONA")
    await ona.does("say", text="hello")
    await last(ona, "You said: hello")
    await ona.does("command", text="/parley heap")
    form = await window(ona)
    refused = await ona.does("submit", view_id=form["id"], values=entered(form, wood="wood1", name="x" * 501))
    assert list(refused["errors"]) == ["name"]


@pytest.mark.parametrize(
    ("stamp", "signature", "body"),
    [
        ("", "v0=0", b"{}"),
        ("soon", "v0=0", b"{}"),
        ("9" * 5000, "v0=0", b"{}"),
        ("{now}", "v0=0", b"{}"),
        ("{now}", "v0=\u00e9", b"{}"),
        ("{now}", "v0=0", b"\xff\xfe"),
    ],
)
async def test_unsigned_request_is_rejected(lab: Lab, stall: Stall, stamp: str, signature: str, body: bytes) -> None:
    app = slack(lab, stall, signing_secret=lab.slack.signing_secret)
    stamp = stamp.replace("{now}", str(int(time.time())))
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
    assert (await app.take_http(body, headers))[0] == 401
