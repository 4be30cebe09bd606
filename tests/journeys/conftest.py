"""Fixtures of the stories: each has a world of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.journeys.listings import stocked
from tests.journeys.market import CHATS, Chat, ChatUser, World, open_world


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    async with open_world(database) as opened:
        yield opened


@pytest.fixture(params=CHATS)
async def tom(request: pytest.FixtureRequest, world: World) -> ChatUser:
    """Return a buyer, once on each platform, in a market with goods on offer."""
    chat: Chat = request.param
    await stocked(world)
    return await world.on(chat, "Tom")
