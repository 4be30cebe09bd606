"""Every story has a world of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.journeys.market import World, open_world


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    async with open_world(database) as opened:
        yield opened
