"""Another time is proposed and not answered: the session stays as it was, while calling it off still costs nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.advice.sessions import rules, service
from core.advice.sessions.model import INSTANT_ANSWER_WITHIN
from core.advice.sessions.service import MOVE
from core.kernel.timers import deadline_of
from core.kernel.transaction import MARKET
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, Counsel, agreed

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOURS = st.integers(1, 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
FREE = st.sampled_from([policy.free_until for policy in rules.POLICIES.values()])


async def test_unanswered_proposal_lapses_while_calling_off_is_free(they: Counsel) -> None:
    thursday = TUESDAY_TEN + timedelta(days=2)
    await agreed(they, thursday)
    await they.does(they.sarah, service.propose_move, thursday + timedelta(days=1))
    until = thursday - timedelta(hours=24) - rules.TO_DECIDE
    timer = await they.run(MARKET, lambda ctx: deadline_of(ctx.session, MOVE, they.booking_id))
    assert timer is not None
    assert timer.due_at == until
    await they.until(until)

    booking = await they.booking()
    assert (booking.state, booking.starts_at, booking.move_to, booking.move_by) == ("confirmed", thursday, None, None)


async def test_proposed_time_is_forgotten_once_answered_or_both_have_come(they: Counsel) -> None:
    await agreed(they)
    await they.does(they.alex, service.propose_move, TUESDAY_TEN + timedelta(hours=3))
    await they.does(they.sarah, service.leave_move)
    await they.until(TUESDAY_TEN - timedelta(minutes=1))
    await they.does(they.alex, service.propose_move, TUESDAY_TEN + timedelta(hours=3))
    await they.meet(TUESDAY_TEN)

    assert (await they.state(), (await they.booking()).move_to) == ("free_window", None)
    assert await they.run(MARKET, lambda ctx: deadline_of(ctx.session, MOVE, they.booking_id)) is None


@given(st.integers(-10, 60 * 24 * 14), HOURS, FREE)
def test_an_answer_is_due_before_either_time_and_before_it_costs(ahead: int, then: timedelta, free: timedelta) -> None:
    starts_at, move_to = NOW + timedelta(minutes=ahead), NOW + then
    due = rules.move_answer_by(NOW, starts_at, move_to, free)
    soonest = NOW + INSTANT_ANSWER_WITHIN
    assert due >= soonest
    assert due <= max(soonest, min(starts_at, move_to))
    if starts_at - free > NOW:
        assert due <= max(soonest, starts_at - free)
