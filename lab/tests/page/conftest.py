"""A real browser on the page, and the people whose screens it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from playwright.async_api import Page
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from lab.app import Lab
from lab.tests.page.chromium import open_page
from lab.tests.phone import Phone
from lab.tests.slack.member import Member


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with open_page() as page:
        yield page


@pytest.fixture
async def rasa(browser: aiohttp.ClientSession) -> Phone:
    return await Phone.buy(browser, "Rasa Miškinė")


@pytest.fixture
async def jonas(browser: aiohttp.ClientSession) -> Member:
    return await Member.take(browser, "Jonas Petraitis", id="U0JONAS")


@pytest.fixture
async def app(lab: Lab) -> AsyncIterator[AsyncApp]:
    """Yield a Bolt app on Socket Mode; each test adds its own listeners."""
    client = AsyncWebClient(token=lab.slack.bot_token, base_url=f"{lab.url}/slack/api/")
    app = AsyncApp(client=client, token=lab.slack.bot_token)
    handler = AsyncSocketModeHandler(app, lab.slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    yield app
    await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
