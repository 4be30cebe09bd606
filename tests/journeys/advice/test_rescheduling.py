"""A session at another time: proposed with a deadline. Without an answer both read that it stays."""

from __future__ import annotations

import re

import pytest

from tests.journeys.market import PAIRS, World
from tests.journeys.session_steps import Counsel


@pytest.fixture(params=PAIRS, ids="-".join)
async def counsel(request: pytest.FixtureRequest, world: World) -> Counsel:
    seeks, advises = request.param
    return Counsel(world, await world.on(seeks, "Sarah"), await world.on(advises, "Alex"))


async def test_session_stays_when_a_proposed_time_is_not_answered(counsel: Counsel) -> None:
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await counsel.list()
    await counsel.book()
    await counsel.agree()
    begins = await counsel.begins()
    await alex.presses("Move it")
    await alex.presses(await a_time(counsel))
    await alex.sees("It stays as it is unless Sarah says yes by ")
    await sarah.sees("Alex would rather meet at", "Say yes by ", "or it stays as it is.")
    await world.later(minutes=(begins - await world.now()).total_seconds() / 60 - 30)
    for each in (sarah, alex):
        await each.sees("Nobody said yes to the other time in time: it stays at")
    await counsel.meet()
    await sarah.sees("Continue, pay €90.00")


async def a_time(counsel: Counsel) -> str:
    """Return the last time that the consultant can propose, as its button says it."""
    shown = await counsel.consultant.sees("Which time would suit you?")
    return str(re.findall(r"\[(.* \d\d:\d\d)\]", shown)[-1])
