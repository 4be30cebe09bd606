"""A separate lab for each test: real servers on real ports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from telegram import Bot

from lab.app import Lab
from lab.tests.phone import Phone
from lab.world import World


@asynccontextmanager
async def running_lab(world: World | None = None) -> AsyncIterator[Lab]:
    lab = Lab(world)
    await lab.start()
    try:
        yield lab
    finally:
        await lab.stop()


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with running_lab() as lab:
        yield lab


@pytest.fixture
async def browser(lab: Lab) -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a client of the lab's faces: paths are relative to its address."""
    async with aiohttp.ClientSession(lab.url) as browser:
        yield browser


@pytest.fixture
async def bot(lab: Lab) -> AsyncIterator[Bot]:
    """Yield the real python-telegram-bot, pointed at the lab."""
    async with Bot(
        lab.telegram.token, base_url=f"{lab.url}/telegram/bot", base_file_url=f"{lab.url}/telegram/file/bot"
    ) as bot:
        yield bot


@pytest.fixture
async def ona(browser: aiohttp.ClientSession) -> Phone:
    """Return a person who has written to the bot, so that it may answer; their message is still queued."""
    ona = await Phone.buy(browser, "Ona Kazlauskienė", language="lt")
    await ona.do("say", text="labas")
    return ona
