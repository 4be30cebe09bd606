"""Fixtures of sessions: a consultant, a seeker and a bystander."""

from __future__ import annotations

import pytest

from tests.core.advice.sessions.session_steps import Counsel, counsel
from tests.core.conftest import Market


@pytest.fixture
async def they(market: Market) -> Counsel:
    return await counsel(market)
