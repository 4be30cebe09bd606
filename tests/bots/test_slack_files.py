"""Files that users send on Slack: fetched from Slack alone, because every server that is asked sees our token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.app import client_at
from bots.slack.people import fetched, is_slacks
from core.kernel.errors import Invalid
from core.people.files.checker import FileChecker

PAPER = b"%PDF-1.7 a weight ticket"
API = "https://slack.com/api/"


@asynccontextmanager
async def keeper(asked: list[str | None]) -> AsyncIterator[str]:
    """Serve a file, and note the token of each request."""

    async def give(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization"))
        return web.Response(body=PAPER)

    app = web.Application()
    app.router.add_get("/ticket.pdf", give)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield "http://{}:{}".format(*runner.addresses[0])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def client_of(api: str) -> AsyncIterator[AsyncWebClient]:
    client = client_at("xoxb-secret", api)
    async with aiohttp.ClientSession() as client.session:
        yield client


async def test_file_of_another_service_is_not_requested_with_our_token(files: FileChecker) -> None:
    """As files.remote.info shows it: the address is the other service's own."""
    asked: list[str | None] = []
    async with keeper(asked) as elsewhere, client_of(API) as client:
        remote = {"name": "ticket.pdf", "mode": "external", "is_external": True, "size": 0}
        good, refused = await fetched(client, [{**remote, "url_private": f"{elsewhere}/ticket.pdf"}], files)
    assert (asked, good, [each.code for each in refused]) == ([], [], ["file.broken"])


async def test_file_on_slack_is_fetched_with_our_token(files: FileChecker) -> None:
    asked: list[str | None] = []
    async with keeper(asked) as slack, client_of(f"{slack}/api/") as client:
        hosted = {"name": "ticket.pdf", "mode": "hosted", "size": len(PAPER), "url_private": f"{slack}/ticket.pdf"}
        good, refused = await fetched(client, [hosted], files)
    assert (asked, [each.content for each in good], refused) == (["Bearer xoxb-secret"], [PAPER], list[Invalid]())


@pytest.mark.parametrize(
    ("address", "slacks"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/ticket.pdf", True),
        ("https://slack.com/files/ticket.pdf", True),
        ("https://files.slack-gov.com/files-pri/T1-F1/ticket.pdf", True),
        ("http://files.slack.com/files-pri/T1-F1/ticket.pdf", False),
        ("https://docs.google.com/document/d/1/edit", False),
        ("https://files.slack.com@example.org/ticket.pdf", False),
        ("https://notslack.com/ticket.pdf", False),
        ("https://slack.com.example.org/ticket.pdf", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://[ticket.pdf", False),
    ],
)
def test_slacks_own_addresses_are_told_from_others(address: str, slacks: bool) -> None:
    assert is_slacks(address, API) is slacks
