"""Common beginning of stories of a trade: a seller and a buyer on different chats, with no message yet."""

from __future__ import annotations

import pytest

from tests.journeys.market import PAIRS, World
from tests.journeys.trade_steps import Trade


@pytest.fixture(params=PAIRS, ids="-".join)
async def trade(request: pytest.FixtureRequest, world: World) -> Trade:
    sells, buys = request.param
    return Trade(world, await world.on(sells, "Rasa"), await world.on(buys, "Tom"))
