"""A lab of one's own for each test: real servers on real ports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from lab.app import Lab
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
    """A client of the lab's faces: paths are relative to its address."""
    async with aiohttp.ClientSession(lab.url) as browser:
        yield browser
