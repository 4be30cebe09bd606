"""Fixtures of the bots: a lab and a market stall for each story."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from core.kernel.worker_pool import WorkerPool
from core.people.files.checker import FileChecker
from lab.app import Lab
from lab.people import Browser
from lab.tests.conftest import running_lab
from tests.bots.sample_market import Stall, open_stall


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with running_lab() as lab:
        yield lab


@pytest.fixture
async def files() -> AsyncIterator[FileChecker]:
    pool = WorkerPool()
    yield FileChecker(pool)
    await pool.close()


@pytest.fixture
async def browser(lab: Lab) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(lab.url) as browser:
        yield browser


@pytest.fixture
def face(browser: aiohttp.ClientSession) -> Browser:
    """Return the controls of the lab's world, over the same connection. Paths are relative to the lab's address."""
    return Browser(browser, "")


@pytest.fixture
async def stall(tmp_path: Path) -> AsyncIterator[Stall]:
    async with open_stall(tmp_path) as stall:
        yield stall
