"""A real Bolt app, a real client and a person at their window."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from lab.app import Lab
from lab.tests.slack.member import Member


@pytest.fixture
async def ona(browser: aiohttp.ClientSession) -> Member:
    return await Member.take(browser, "Ona Kazlauskienė", id="U0ONA", locale="lt-LT")


@pytest.fixture
def client(lab: Lab) -> AsyncWebClient:
    return AsyncWebClient(token=lab.slack.bot_token, base_url=f"{lab.url}/slack/api/")


@pytest.fixture
async def app(lab: Lab, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    """Yield an app on Socket Mode; each test adds its own listeners."""
    app = AsyncApp(client=client, token=lab.slack.bot_token)
    handler = AsyncSocketModeHandler(app, lab.slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    yield app
    await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
