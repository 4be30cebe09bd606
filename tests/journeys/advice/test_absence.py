"""Alex goes on holiday: days to come are closed and he stays listed.

A warning first names what an immediate absence would end.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lab.people import OnTelegram
from tests.journeys.market import World, day_for
from tests.journeys.session_steps import Counsel


def in_words(first: date, last: date) -> str:
    return f"{first.day} {first:%b} - {last.day} {last:%b}"


@pytest.fixture
async def counsel(world: World) -> Counsel:
    counsel = Counsel(world, await world.on_slack("Sarah"), await world.on_telegram("Alex"))
    await counsel.list()
    return counsel


async def test_a_holiday_to_come_closes_its_days_and_no_others(counsel: Counsel, world: World) -> None:
    alex, today = counsel.consultant, (await world.now()).date()
    first, last = today + timedelta(days=31), today + timedelta(days=33)
    await alex.says("/expert")
    await alex.presses("Holiday")
    await alex.answers(days=in_words(first, last))
    await alex.sees("nobody can book you then", f"{day_for(alex, first)} – {day_for(alex, last)} closed")
    await counsel.seeker.says("/experts boiler slag")
    await counsel.seeker.sees("Alex")
    await alex.says(f"/holiday {in_words(today + timedelta(days=90), today + timedelta(days=95))}")
    await alex.sees("nobody can book you then")  # known long before anybody can book those days
    await alex.says("/holiday next week")
    await alex.sees("nobody can book you then")
    await counsel.seeker.says("/experts boiler slag")
    await counsel.seeker.sees("Alex")


async def test_a_promotion_ends_only_when_its_loss_was_named(counsel: Counsel, world: World) -> None:
    alex, today = counsel.consultant, (await world.now()).date()
    await alex.says("/promote")
    await alex.presses("Buy for 200 ⭐")
    assert isinstance(alex, OnTelegram)
    await alex.pays_stars("Featured, 7 days")
    await alex.sees("Your promotion runs from now on.")
    await alex.says(f"/holiday {in_words(today + timedelta(days=3), today + timedelta(days=5))}")
    await alex.sees("nobody can book you then")
    await counsel.seeker.says("/experts boiler slag")
    await counsel.seeker.sees("Promoted · Alex")
    await world.later(days=3.5)
    last = today + timedelta(days=20)
    await alex.says(f"/holiday until {last.day} {last:%b}")
    await alex.sees("what you have paid for ends when you go", "For the time that is left 100 ⭐ is kept for you")
    await counsel.seeker.says("/experts boiler slag")
    await counsel.seeker.sees("Promoted · Alex")
    await alex.presses("Go away, and end it")
    await alex.sees("100 ⭐ is kept for you", "You are away. I show you again on")
    await world.books_balance()
