"""The clock of a session: each free minute, the last of them, the planned end, and a missing side."""

from __future__ import annotations

from dataclasses import astuple
from datetime import timedelta
from typing import Any

import pytest

from core.advice.experts.model import Policy, Rate
from core.advice.recaps.service import line_count
from core.advice.sessions import events, meeting, rules, service
from core.advice.sessions.model import Line, SessionState
from core.kernel.errors import Stale
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, Counsel, agreed

TOLD = (
    events.FreeMinutePassed,
    events.FreeMinutesLeft,
    events.FreeMinutesOver,
    events.PaidMinutesLeft,
    events.SessionReminder,
)


def told_of(they: Counsel) -> list[tuple[int, str, Any]]:
    """Collect the events from now on: minutes since the agreed time, name, and how many or which."""
    heard: list[tuple[int, str, Any]] = []

    def hear(_ctx: Any, fact: Any) -> None:
        since = they.market.clock.moment - TUESDAY_TEN
        heard.append((since // timedelta(minutes=1), type(fact).__name__, (*astuple(fact)[2:], None)[0]))

    for kind in TOLD:
        they.market.reactions.on(kind, hear)
    return heard


async def test_every_free_minute_is_shown_and_the_last_ones_are_told(they: Counsel) -> None:
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    heard = told_of(they)
    await they.later(minutes=13)
    told = {
        5: ("FreeMinutesLeft", 5),
        8: ("FreeMinutesLeft", 2),
        9: ("FreeMinutesLeft", 1),
        10: ("FreeMinutesOver", None),
    }
    assert heard == [(minute, *told.get(minute, ("FreeMinutePassed", None))) for minute in range(1, 11)]
    assert await they.state() == SessionState.CLOSED_FREE


async def test_the_minutes_stand_still_with_the_clock(they: Counsel) -> None:
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.later(minutes=4, seconds=30)
    await they.does(they.alex, meeting.go_out)
    heard = told_of(they)
    await they.later(minutes=6)
    assert heard == []
    await they.does(they.alex, meeting.come_in)
    await they.later(minutes=1)
    assert heard == [(11, "FreeMinutesLeft", 5)]


async def test_minutes_that_ring_late_say_only_what_is_still_true(they: Counsel) -> None:
    """No sweep ran for eight minutes, so it is no news any more that five were left."""
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    heard = told_of(they)
    they.market.clock.advance(minutes=8, seconds=10)
    await they.later(seconds=1)
    assert heard == [(8, "FreeMinutesLeft", 2)]


async def test_that_the_free_minutes_are_over_is_told_however_late(they: Counsel) -> None:
    """Eleven minutes went by between two looks at the clock."""
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    heard = told_of(they)
    they.market.clock.advance(minutes=11, seconds=10)
    await they.later(seconds=1)
    assert heard == [(11, "FreeMinutesOver", None)]


async def test_the_planned_end_is_told_while_more_time_can_be_offered_and_moves_with_it(they: Counsel) -> None:
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    heard = told_of(they)
    await they.later(minutes=20)
    assert heard == []
    await they.does(they.alex, meeting.offer_extension, 15)
    await they.does(they.sarah, meeting.take_extension, shown="15 minutes more", place="telegram:1:3")
    await they.later(minutes=20)
    assert heard == [(40, "PaidMinutesLeft", 5)]
    await they.later(minutes=6)
    assert await they.state() == SessionState.REVIEW_WINDOW


async def test_at_the_agreed_time_who_is_missing_is_called(they: Counsel) -> None:
    await agreed(they)
    await they.until(TUESDAY_TEN - timedelta(minutes=5))
    heard = told_of(they)
    await they.does(they.sarah, meeting.come_in)
    await they.later(minutes=6)
    assert heard == [(0, "SessionReminder", "start")]
    await they.does(they.alex, meeting.come_in)
    assert await they.state() == SessionState.FREE_WINDOW


@pytest.mark.parametrize("policy", rules.POLICIES)
def test_both_are_reminded_while_calling_it_off_is_still_free(policy: Policy) -> None:
    rate = Rate(basis="session", minor=90_00, currency="EUR")
    terms = rules.terms_of(rate, 30, policy, 1500, free=True)
    assert rules.reminders(terms)["day"] >= terms.free_until + timedelta(hours=3)


async def test_side_that_is_there_is_not_called(they: Counsel) -> None:
    await agreed(they)
    await they.until(TUESDAY_TEN - timedelta(minutes=5))
    heard = told_of(they)
    for each in (they.sarah, they.alex):
        await they.does(each, meeting.come_in)
    await they.later(minutes=5)
    assert heard == []
    assert await they.state() == SessionState.FREE_WINDOW


async def test_lines_before_the_session_are_heard_in_order_and_once_when_it_begins(they: Counsel) -> None:
    await agreed(they)
    await they.until(TUESDAY_TEN - timedelta(minutes=11))
    heard: list[tuple[str | None, str]] = []
    they.market.reactions.on(
        events.LineSent,
        lambda ctx, fact: heard.append((fact.by_person, ctx.session.get_one(Line, fact.line_id).text)),
    )
    with pytest.raises(Stale):
        await they.does(they.sarah, meeting.say, "Hello?")
    await they.later(minutes=2)
    await they.does(they.sarah, meeting.say, "Good morning.")  # from when they can come in, though neither has
    for each in (they.sarah, they.alex):
        await they.does(each, meeting.come_in)
    await they.does(they.sarah, meeting.say, "It slags.")
    await they.later(minutes=1)
    await they.does(they.alex, meeting.say, "Since when?")
    await they.does(they.sarah, meeting.say, "Since we burn straw.")
    assert heard == []
    await they.until(TUESDAY_TEN + timedelta(minutes=1))
    sarah, alex = they.sarah.person, they.alex.person
    said = [(sarah, "Good morning."), (sarah, "It slags."), (alex, "Since when?"), (sarah, "Since we burn straw.")]
    assert heard == said
    await they.does(they.alex, meeting.go_out)
    await they.does(they.alex, meeting.come_in)
    await they.does(they.alex, meeting.say, "I see.")
    assert heard[4:] == [(alex, "I see.")]


@pytest.mark.parametrize("cancelled", [False, True])
async def test_lines_for_a_session_that_never_begins_are_not_kept(they: Counsel, cancelled: bool) -> None:
    await agreed(they)
    await they.until(TUESDAY_TEN - timedelta(minutes=9))
    await they.does(they.alex, meeting.come_in)
    await they.does(they.alex, meeting.say, "Good morning.")
    assert await they.run(they.alex, line_count, they.booking_id) == 1
    if cancelled:
        await they.does(they.sarah, service.cancel)
    else:
        await they.until(TUESDAY_TEN + timedelta(minutes=11))
    assert await they.run(they.alex, line_count, they.booking_id) == 0
