"""A real browser on the page, and the people whose screens it shows.

Needs Chromium at /usr/bin/chromium, or wherever PARLEY_CHROMIUM points.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Final

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from lab.app import Lab
from tests.lab.phone import Phone
from tests.lab.slack.desk import Desk

CHROMIUM: Final = os.environ.get("PARLEY_CHROMIUM", "/usr/bin/chromium")
QUIET: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET_NETWORK: Final = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture
async def page(lab: Lab) -> AsyncIterator[Page]:
    """A fresh browser; a script error on the page fails the test."""
    troubles: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *QUIET_NETWORK])
        page = await chromium.new_page(viewport={"width": 1440, "height": 900})
        page.on("pageerror", lambda trouble: troubles.append(str(trouble)))
        yield page
        await chromium.close()
    assert troubles == []


@pytest.fixture
async def rasa(browser: aiohttp.ClientSession) -> Phone:
    return await Phone.buy(browser, "Rasa Miškinė")


@pytest.fixture
async def jonas(browser: aiohttp.ClientSession) -> Desk:
    return await Desk.take(browser, "Jonas Petraitis", id="U0JONAS")


@pytest.fixture
async def app(lab: Lab) -> AsyncIterator[AsyncApp]:
    """A Bolt app on Socket Mode; each story adds its own listeners."""
    client = AsyncWebClient(token=lab.slack.bot_token, base_url=f"{lab.url}/slack/api/")
    app = AsyncApp(client=client, token=lab.slack.bot_token)
    handler = AsyncSocketModeHandler(app, lab.slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    yield app
    await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
