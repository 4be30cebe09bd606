"""What stories about sessions begin with: a consultant, a seeker and a bystander."""

from __future__ import annotations

import pytest

from tests.core.conftest import Market
from tests.core.sessions.counsel import Counsel, counsel


@pytest.fixture
async def they(market: Market) -> Counsel:
    return await counsel(market)
