"""Sessions as stories: paid when they helped, free when not, and never charged without a yes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from core.advice.experts.service import say_free_now
from core.advice.sessions import complaints, meeting, service, settlement
from core.advice.sessions.model import Booking, BookSession, HoldState, SessionState
from core.kernel.errors import NotAllowed, NotFound, Refusal, Stale
from core.kernel.heartbeat import beat
from core.kernel.money import Money
from core.kernel.transaction import MARKET
from tests.core.advice.sessions.session_steps import BY_MINUTE, TUESDAY_TEN, Counsel, agreed, counsel
from tests.core.conftest import Market

NEXT_WEEK = TUESDAY_TEN + timedelta(days=9)


@pytest.fixture
async def by_minute(market: Market) -> Counsel:
    return await counsel(market, BY_MINUTE)


async def test_a_session_that_helps_is_paid_after_two_days(they: Counsel) -> None:
    await they.books(TUESDAY_TEN)
    assert await they.state() == SessionState.SLOT_HELD
    await they.adds_card()
    assert await they.state() == SessionState.REQUESTED
    await they.does(they.alex, service.accept)
    await they.meet(TUESDAY_TEN)
    assert await they.state() == SessionState.FREE_WINDOW
    await they.later(minutes=9)
    await they.consent()
    assert await they.state() == SessionState.BILLABLE
    await they.later(minutes=25)

    assert await they.state() == SessionState.REVIEW_WINDOW
    assert await they.money() == {"held": 9000, "consultant": 0, "commission": 0, "ours": 9000 - 126}
    await they.later(days=2, minutes=1)
    assert await they.state() == SessionState.COMPLETED
    assert await they.money() == {"held": 0, "consultant": 0, "commission": 1350, "ours": 9000 - 126 - 7650}


async def test_silence_ends_it_free(they: Counsel) -> None:
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.later(minutes=11)
    assert await they.state() == SessionState.FREE_WINDOW
    await they.later(minutes=2)

    assert await they.state() == SessionState.CLOSED_FREE
    assert await they.money() == {"held": 0, "consultant": 0, "commission": 0, "ours": 0}


async def test_only_the_seeker_can_say_continue_and_twice_is_once(they: Counsel) -> None:
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    with pytest.raises(NotAllowed):
        await they.does(they.alex, meeting.go_on_paying, shown="", place="")
    await they.consent()
    with pytest.raises(Stale):
        await they.consent()
    await they.does(they.sarah, meeting.end)

    assert (await they.booking()).due == Money(9000, "EUR")
    assert (await they.money())["held"] == 9000


async def test_by_the_minute_each_begun_minute_after_the_yes_is_charged(by_minute: Counsel) -> None:
    they = by_minute
    await agreed(they)
    assert (await they.booking()).price == Money(200 * 20, "EUR")
    await they.meet(TUESDAY_TEN)
    await they.later(minutes=10)
    await they.consent()
    await they.later(minutes=4, seconds=1)
    await they.does(they.sarah, meeting.end)

    assert (await they.money())["held"] == 5 * 200


async def test_clock_stands_still_while_a_side_is_away(by_minute: Counsel) -> None:
    they = by_minute
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.later(minutes=6)
    await they.does(they.alex, meeting.go_out)
    await they.later(minutes=9)
    assert await they.state() == SessionState.FREE_PAUSED
    await they.does(they.alex, meeting.come_in)
    await they.later(minutes=5)
    assert await they.state() == SessionState.FREE_WINDOW
    await they.consent()
    await they.later(minutes=3)
    await they.does(they.sarah, meeting.go_out)
    await they.later(minutes=11)

    assert await they.state() == SessionState.REVIEW_WINDOW
    assert (await they.money())["held"] == 3 * 200


@pytest.mark.parametrize("paying", [False, True], ids=["free", "paid"])
async def test_our_own_absence_is_no_part_of_a_talk(by_minute: Counsel, *, paying: bool) -> None:
    they, machine = by_minute, datetime(2026, 1, 1, tzinfo=UTC)
    await agreed(they)
    await they.run(MARKET, beat, machine, ())
    await they.meet(TUESDAY_TEN)
    await they.later(minutes=6)
    if paying:
        await they.consent()
        await they.later(minutes=2)
    they.market.clock.advance(hours=6)
    await they.run(MARKET, beat, machine + timedelta(hours=6), ())
    await they.later(minutes=1)
    await they.does(they.alex, meeting.go_out)
    await they.does(they.alex, meeting.come_in)
    assert await they.state() == (SessionState.BILLABLE if paying else SessionState.FREE_WINDOW)
    if not paying:
        await they.later(minutes=2)
        await they.consent()
    await they.later(minutes=3)
    await they.does(they.sarah, meeting.go_out)
    await they.later(minutes=11)

    assert await they.state() == SessionState.REVIEW_WINDOW
    assert (await they.money())["held"] == 2 * 200  # ten of the twelve minutes were free


async def test_a_line_lost_in_the_free_minutes_costs_nothing(they: Counsel) -> None:
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.does(they.sarah, meeting.go_out)
    await they.later(minutes=11)

    assert await they.state() == SessionState.CLOSED_FREE


async def test_the_free_minutes_begin_at_the_agreed_time_not_before(they: Counsel) -> None:
    await agreed(they)
    with pytest.raises(Refusal, match=r"session\.too_early"):
        await they.does(they.sarah, meeting.come_in)
    await they.until(TUESDAY_TEN - timedelta(minutes=8))
    await they.does(they.sarah, meeting.come_in)
    await they.does(they.alex, meeting.come_in)
    assert await they.state() == SessionState.CONFIRMED
    await they.until(TUESDAY_TEN + timedelta(minutes=10))
    assert await they.state() == SessionState.FREE_WINDOW


@pytest.mark.parametrize(("comes", "ends", "held"), [("sarah", "closed_free", 0), ("alex", "review_window", 9000)])
async def test_no_show_of_one_side(they: Counsel, comes: str, ends: str, held: int) -> None:
    await agreed(they)
    await they.until(TUESDAY_TEN)
    await they.does(getattr(they, comes), meeting.come_in)
    await they.later(minutes=11)

    assert await they.state() == ends
    assert (await they.money())["held"] == held


async def test_no_show_of_both_sides(they: Counsel) -> None:
    await agreed(they)
    await they.until(TUESDAY_TEN + timedelta(minutes=11))

    assert await they.state() == SessionState.CLOSED_FREE


async def test_unanswered_request_runs_out_and_the_second_pauses_the_consultant(they: Counsel) -> None:
    for _ in range(2):
        await they.books(TUESDAY_TEN + timedelta(days=2))
        await they.adds_card()
        await they.later(days=2, hours=1)
        assert await they.state() == SessionState.CLOSED_FREE
        they.market.clock.moment = datetime(2026, 11, 23, 9, tzinfo=UTC)

    with pytest.raises(Refusal, match=r"expert\.paused"):
        await they.books(TUESDAY_TEN)


async def test_the_slot_is_free_again_when_no_card_comes(they: Counsel) -> None:
    await they.books(TUESDAY_TEN)
    with pytest.raises(Refusal, match=r"session\.slot_taken") as taken:
        await they.run(they.nina, service.book_session, await command(they), 1500)
    assert len(cast("list[datetime]", taken.value.parts["nearest"])) == 3
    await they.later(minutes=16)
    assert await they.state() == SessionState.CLOSED

    assert (await they.run(they.nina, service.book_session, await command(they), 1500)).state == SessionState.SLOT_HELD


async def command(they: Counsel) -> BookSession:
    return BookSession(expert_id=they.expert_id, starts_at=TUESDAY_TEN, length=30, problem="Slag in the grate")


async def test_far_ahead_the_card_is_kept_and_held_a_day_before(they: Counsel) -> None:
    await agreed(they, NEXT_WEEK)
    assert [hold.state for hold in await they.holds()] == [HoldState.SAVED]
    await they.until(NEXT_WEEK - timedelta(hours=23))
    assert [hold.state for hold in await they.holds()] == [HoldState.HELD]


async def test_a_card_that_fails_then_has_until_two_hours_before(they: Counsel) -> None:
    they.refuses = {"hold"}
    await agreed(they, NEXT_WEEK)
    await they.until(NEXT_WEEK - timedelta(hours=23))
    assert await they.state() == SessionState.CARD_TROUBLE
    await they.adds_card()
    assert await they.state() == SessionState.CONFIRMED
    await they.meet(NEXT_WEEK)
    assert await they.state() == SessionState.FREE_WINDOW


async def test_another_time_is_offered_only_to_the_side_that_may_propose_one(they: Counsel) -> None:
    """It begins within the day until which a seeker may call it off for nothing. Its consultant may still move it."""
    await agreed(they)
    booking = await they.booking()
    may = [await they.run(who, service.may, booking) for who in (they.sarah, they.alex)]
    assert ["propose_move" in each for each in may] == [False, True]
    with pytest.raises(Refusal, match=r"session\.too_late_to_move"):
        await they.does(they.sarah, service.propose_move, NEXT_WEEK)


async def test_a_card_that_goes_on_failing_ends_it_without_a_charge(they: Counsel) -> None:
    they.refuses = {"hold"}
    await agreed(they, NEXT_WEEK)
    await they.until(NEXT_WEEK - timedelta(hours=1))

    assert await they.state() == SessionState.CLOSED_FREE


async def test_cancelling_early_is_free_and_late_costs_what_was_shown(they: Counsel) -> None:
    await agreed(they, TUESDAY_TEN + timedelta(days=2))
    await they.does(they.sarah, service.cancel)
    assert await they.state() == SessionState.CLOSED_FREE

    await agreed(they, TUESDAY_TEN)
    await they.does(they.sarah, service.cancel)
    assert await they.state() == SessionState.REVIEW_WINDOW
    assert (await they.money())["held"] == 4500


async def test_calling_off_costs_no_more_than_was_shown_before_the_second_press(they: Counsel) -> None:
    await agreed(they, TUESDAY_TEN + timedelta(days=1))
    await they.until(TUESDAY_TEN - timedelta(minutes=1))
    told = await they.run(
        they.sarah, lambda ctx: service.cancellation_fee(ctx, ctx.session.get_one(Booking, they.booking_id))
    )
    await they.later(minutes=2)
    with pytest.raises(Stale):
        await they.does(they.sarah, service.cancel, shown=told.minor)
    assert await they.state() == SessionState.CONFIRMED
    await they.does(they.sarah, service.cancel, shown=4500)

    assert (await they.money())["held"] == 4500


async def test_a_consultant_who_cancels_late_takes_nothing(they: Counsel) -> None:
    await agreed(they)
    await they.does(they.alex, service.cancel)

    assert await they.state() == SessionState.CLOSED_FREE


async def test_moving_keeps_the_hold_while_it_lasts_and_asks_for_no_second_card(they: Counsel) -> None:
    await agreed(they, TUESDAY_TEN + timedelta(days=1))
    later = TUESDAY_TEN + timedelta(days=3)
    await they.does(they.alex, service.propose_move, later)
    with pytest.raises(NotAllowed):
        await they.does(they.alex, service.take_move)
    await they.does(they.sarah, service.take_move)
    assert (await they.booking()).starts_at == later
    assert [hold.state for hold in await they.holds()] == [HoldState.HELD]

    far = TUESDAY_TEN + timedelta(days=10)
    await they.does(they.sarah, service.propose_move, far)
    await they.does(they.alex, service.take_move)
    assert [hold.state for hold in await they.holds()] == [HoldState.RELEASED, HoldState.SAVED]
    await they.until(far - timedelta(hours=20))
    assert [hold.state for hold in await they.holds()] == [HoldState.RELEASED, HoldState.HELD]


async def test_another_time_is_offered_and_taken(they: Counsel) -> None:
    await they.books(TUESDAY_TEN)
    await they.adds_card()
    noon = TUESDAY_TEN + timedelta(hours=2)
    await they.does(they.alex, service.offer_other_time, noon)
    await they.does(they.sarah, service.take_other_time)

    assert await they.state() == SessionState.CONFIRMED
    assert (await they.booking()).starts_at == noon


async def test_unanswered_other_time_is_no_fault_of_the_consultant(they: Counsel) -> None:
    await they.books(TUESDAY_TEN)
    await they.adds_card()
    await they.does(they.alex, service.offer_other_time, TUESDAY_TEN + timedelta(hours=2))
    await they.later(days=3)

    assert (await they.state(), (await they.booking()).why) == ("closed_free", "not_taken")


async def test_an_instant_call_is_answered_in_two_minutes_or_not_at_all(they: Counsel) -> None:
    with pytest.raises(Refusal, match=r"session\.not_free_now"):
        await they.calls()
    await they.run(they.alex, say_free_now)
    await they.calls()
    await they.adds_card()
    await they.later(minutes=1)
    await they.does(they.alex, service.accept)
    await they.does(they.alex, meeting.come_in)
    await they.does(they.sarah, meeting.come_in)
    assert await they.state() == SessionState.FREE_WINDOW
    await they.does(they.sarah, meeting.end)
    assert await they.state() == SessionState.CLOSED_FREE

    await they.later(minutes=1)
    await they.calls()
    await they.later(minutes=3)
    assert await they.state() == SessionState.CLOSED_FREE


async def test_a_hold_that_has_gone_becomes_a_link_and_never_a_loss_in_silence(they: Counsel) -> None:
    they.refuses = {"capture"}
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await they.does(they.sarah, meeting.end)
    assert await they.state() == SessionState.DEBT
    they.refuses = set()
    await they.adds_card()

    assert await they.state() == SessionState.REVIEW_WINDOW
    assert (await they.money())["held"] == 9000


async def test_a_debt_that_is_never_paid_ends(they: Counsel) -> None:
    they.refuses = {"capture"}
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await they.does(they.sarah, meeting.end)
    await they.later(days=8)

    assert await they.state() == SessionState.CLOSED


async def test_a_complaint_is_ruled_or_halved_in_the_end(they: Counsel) -> None:
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await they.does(they.sarah, meeting.end)
    await they.does(they.sarah, complaints.complain, "He read the newspaper to me.")
    await they.later(days=3)
    assert await they.state() == SessionState.SESSION_DISPUTE
    await they.later(days=12)

    assert await they.state() == SessionState.COMPLETED
    settled = await they.run(they.sarah, settlement.settlement_of, they.booking_id)
    assert settled is not None
    assert (settled.back_minor, settled.net_minor, settled.fee_minor) == (4500, 3825, 675)


async def test_one_free_talk_with_each_consultant(they: Counsel) -> None:
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.does(they.sarah, meeting.end)
    await they.books(TUESDAY_TEN + timedelta(days=1))

    assert (await they.booking()).free_minutes == 0


async def test_a_paid_session_without_free_minutes_says_so_and_begins_at_once(they: Counsel) -> None:
    await test_one_free_talk_with_each_consultant(they)
    await they.adds_card()
    await they.does(they.alex, service.accept)
    await they.meet(TUESDAY_TEN + timedelta(days=1))

    assert await they.state() == SessionState.BILLABLE


@pytest.mark.parametrize("verb", [service.accept, service.cancel, meeting.come_in, meeting.end, service.withdraw])
async def test_a_stranger_finds_nothing(they: Counsel, verb: object) -> None:
    await agreed(they)
    with pytest.raises(NotFound):
        await they.does(they.nina, verb)  # type: ignore[arg-type]  # each takes a session's id
