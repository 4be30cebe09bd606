"""Ends of a paid session: they cost a seeker the price, and a consultant all but the time given."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from core.advice.sessions import final_charges, meeting, service
from core.advice.sessions.model import SessionState
from core.kernel.errors import Stale
from core.kernel.money import Money
from core.kernel.transaction import MARKET
from tests.core.advice.sessions.session_steps import BY_MINUTE, TUESDAY_TEN, Counsel, agreed, counsel
from tests.core.conftest import Market

KEPT: Final = int(final_charges.TOLD_FOR.total_seconds())


async def goes_on(they: Counsel, length: int = 60, free: float = 10) -> None:
    """Let the given number of free minutes run, and let Sarah say yes."""
    await agreed(they, length=length)
    await they.meet(TUESDAY_TEN)
    await they.later(minutes=free)
    await they.consent()


async def told(they: Counsel, who: str) -> Money:
    booking = await they.booking()
    return await they.run(getattr(they, who), lambda ctx: final_charges.if_ended(ctx, booking))


@pytest.mark.parametrize(
    ("free", "seconds", "cents"),
    [
        (1, 0, 0),
        (1, 8 * 60, 0),  # within the free minutes, which are free however early the yes comes
        (1, 9 * 60 + 61, 360),  # two of fifty minutes have begun
        (10, 20, 180),  # one of fifty
        (10, 25 * 60, 45_00),
        (10, 49 * 60 + 1, 90_00),
    ],
)
async def test_a_consultant_who_ends_early_is_paid_for_the_time_that_was_given(
    they: Counsel, free: float, seconds: int, cents: int
) -> None:
    await goes_on(they, free=free)
    await they.later(seconds=seconds)
    assert await told(they, "alex") == Money(cents, "EUR")
    assert await told(they, "sarah") == Money(90_00, "EUR")
    await they.does(they.alex, meeting.end)

    booking = await they.booking()
    assert (booking.why, booking.due) == ("cut_short" if cents else "free_end", Money(cents, "EUR"))
    assert (await they.money())["held"] == cents
    assert booking.state == (SessionState.REVIEW_WINDOW if cents else SessionState.CLOSED_FREE)


async def test_a_seeker_who_ends_early_pays_the_price(they: Counsel) -> None:
    await goes_on(they)
    await they.later(minutes=1)
    await they.does(they.sarah, meeting.end)

    assert (await they.booking()).why == "hung_up"
    assert (await they.money())["held"] == 90_00


async def test_by_the_minute_both_sides_end_it_at_the_same_cost(market: Market) -> None:
    they = await counsel(market, BY_MINUTE)
    await goes_on(they)
    await they.later(minutes=4, seconds=1)
    assert await told(they, "alex") == await told(they, "sarah") == Money(5 * 200, "EUR")
    await they.does(they.alex, meeting.end)

    assert (await they.money())["held"] == 5 * 200


@pytest.mark.parametrize(
    ("pressed", "talked", "cents", "parts"),
    [
        (2 * 60 + 4, 7 * 60 + 46, 0, (8, 0)),  # the yes early, the end within the free minutes
        (9 * 60 + 24, 34 * 60 + 30, 25 * 200, (10, 25)),
        (10 * 60, 34 * 60 + 30, 25 * 200, (10, 25)),
        (11 * 60 + 30, 34 * 60 + 30, 23 * 200, (12, 23)),  # from the yes on: the time to decide was for nothing
        (11 * 60 + 30, 11 * 60 + 30, 200, (12, 1)),
    ],
)
async def test_by_the_minute_the_free_minutes_are_free_however_early_the_yes(
    market: Market, pressed: int, talked: int, cents: int, parts: tuple[int, int]
) -> None:
    """The parts that are told add up to the session, and to its price."""
    they = await counsel(market, BY_MINUTE)
    await goes_on(they, free=pressed / 60)
    await they.later(seconds=talked - pressed)
    for who in ("alex", "sarah"):
        assert await told(they, who) == Money(cents, "EUR")
    await they.does(they.sarah, meeting.end)

    assert (await they.booking()).due == Money(cents, "EUR")
    assert await minutes_of(they) == parts
    assert await they.state() == (SessionState.REVIEW_WINDOW if cents else SessionState.CLOSED_FREE)


async def minutes_of(they: Counsel) -> tuple[int, int | None]:
    booking = await they.booking()
    return await they.run(MARKET, lambda ctx: final_charges.minutes_told(booking, meeting.meeting_of(ctx, booking)))


async def test_free_minutes_agreed_early_stand_still_while_a_side_is_away(market: Market) -> None:
    they = await counsel(market, BY_MINUTE)
    await goes_on(they, free=2)
    await they.later(minutes=3)
    await they.does(they.alex, meeting.go_out)
    await they.later(minutes=9)
    await they.does(they.alex, meeting.come_in)
    await they.later(minutes=5)
    assert await told(they, "sarah") == Money(0, "EUR")
    await they.later(minutes=4)
    await they.does(they.sarah, meeting.end)

    assert await minutes_of(they) == (10, 4)
    assert (await they.money())["held"] == 4 * 200


async def test_flat_price_due_before_the_free_minutes_end_tells_no_minutes(they: Counsel) -> None:
    await goes_on(they, free=2)
    await they.later(minutes=3)
    await they.does(they.sarah, meeting.end)

    assert (await they.booking()).due == Money(90_00, "EUR")
    assert await minutes_of(they) == (5, None)


@pytest.mark.parametrize("who", ["alex", "sarah"])
async def test_price_that_was_told_is_charged(market: Market, who: str) -> None:
    """The price is kept for a while, though the next minute has begun. After that it is more, and is not charged."""
    they = await counsel(market, BY_MINUTE)
    await goes_on(they)
    await they.later(minutes=4, seconds=50)
    first = await clock(they)
    await they.later(seconds=KEPT + 1)
    with pytest.raises(Stale):
        await they.does(getattr(they, who), meeting.end, told=first)
    for changed in (
        replace(first, at=first.at + timedelta(hours=1)),  # a moment that is still to come
        replace(first, at=first.at + timedelta(seconds=KEPT)),  # more has run since than could have
    ):
        with pytest.raises(Stale):
            await they.does(getattr(they, who), meeting.end, told=changed)
    second = await clock(they)
    await they.later(seconds=KEPT - 1)
    await they.does(getattr(they, who), meeting.end, told=second)

    assert (await they.money())["held"] == 7 * 200
    assert await minutes_of(they) == (10, 7)


async def test_price_that_was_told_is_charged_though_the_clock_stood_still_and_ran_on(market: Market) -> None:
    they = await counsel(market, BY_MINUTE)
    await goes_on(they)
    await they.later(minutes=2, seconds=58)
    told_then = await clock(they)
    await they.later(seconds=10)
    await they.does(they.alex, meeting.go_out)
    await they.later(seconds=30)
    await they.does(they.alex, meeting.come_in)
    await they.later(seconds=40)
    await they.does(they.sarah, meeting.end, told=told_then)

    assert (await they.money())["held"] == 3 * 200
    assert await minutes_of(they) == (10, 3)


@pytest.mark.parametrize("late", [0, 45])
async def test_no_more_minutes_are_charged_than_were_booked(market: Market, late: int) -> None:
    """No sweep runs for a while, and the talk ends at its planned end all the same."""
    they = await counsel(market, BY_MINUTE)
    await goes_on(they, length=30)
    await they.later(minutes=19)
    they.market.clock.moment += timedelta(minutes=1, seconds=late)
    await they.later(seconds=1)

    assert (await they.booking()).why == "time_up"
    assert await minutes_of(they) == (10, 20)
    assert (await they.money())["held"] == 20 * 200


async def clock(they: Counsel) -> final_charges.PriceSnapshot:
    booking = await they.booking()
    return await they.run(they.sarah, lambda ctx: final_charges.snapshot(ctx, booking))


async def test_one_price_is_the_same_however_late_the_end_is_confirmed(they: Counsel) -> None:
    await goes_on(they)
    told_then = await clock(they)
    await they.later(minutes=20)
    await they.does(they.sarah, meeting.end, told=told_then)

    assert (await they.money())["held"] == 90_00


@pytest.mark.parametrize(("gone", "cents"), [("alex", 9_00), ("sarah", 90_00)])
async def test_side_that_does_not_come_back_has_ended_the_session(they: Counsel, gone: str, cents: int) -> None:
    """A consultant cannot have the whole price by going away for ten minutes instead of pressing End."""
    await goes_on(they)
    await they.later(minutes=5)
    await they.does(getattr(they, gone), meeting.go_out)
    await they.later(minutes=11)

    assert (await they.booking()).why == ("cut_short" if gone == "alex" else "dropped")
    assert (await they.money())["held"] == cents


@pytest.mark.parametrize(("minutes", "cents"), [(30, 54_00), (55, 90_00 + 5 * 150)])
async def test_extension_is_charged_by_the_minutes_given(they: Counsel, minutes: int, cents: int) -> None:
    await goes_on(they)
    await they.does(they.alex, meeting.offer_extension, 30)
    await they.does(they.sarah, meeting.take_extension, shown="30 more minutes, €45", place="slack:D1")
    await they.later(minutes=minutes)
    assert await told(they, "alex") == Money(cents, "EUR")
    await they.does(they.alex, meeting.end)

    assert (await they.money())["held"] == cents
    assert (await they.booking()).due == Money(cents, "EUR")


# --- called off once it has begun -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "here", "minutes", "cents"),
    [
        ("flexible", ("alex",), -1, 0),
        ("flexible", ("alex",), 0, 45_00),
        ("flexible", ("alex",), 9, 45_00),
        ("flexible", (), 9, 45_00),
        ("flexible", ("sarah",), 9, 0),  # she has waited for a consultant who is late
        ("standard", ("alex",), -1, 45_00),
        ("standard", ("alex",), 1, 90_00),
    ],
)
async def test_calling_off_after_the_start_costs_what_not_coming_costs(
    market: Market, policy: str, here: tuple[str, ...], minutes: float, cents: int
) -> None:
    they = await counsel(market, policy=policy)
    await agreed(they)
    await they.until(TUESDAY_TEN - timedelta(minutes=5))
    for each in here:
        await they.does(getattr(they, each), meeting.come_in)
    await they.until(TUESDAY_TEN + timedelta(minutes=minutes))
    booking = await they.booking()
    fees = [
        await they.run(who, lambda ctx: service.cancellation_fee(ctx, booking).minor) for who in (they.sarah, they.alex)
    ]
    assert fees == [cents, 0]
    await they.does(they.sarah, service.cancel)
    assert (await they.money())["held"] == cents


async def test_the_last_sessions_that_were_agreed_stay_in_the_list(they: Counsel) -> None:
    await goes_on(they)
    await they.does(they.sarah, meeting.end)
    over = they.booking_id
    await they.later(days=3)
    await they.books(TUESDAY_TEN + timedelta(days=6))
    await they.does(they.sarah, service.withdraw)
    for actor in (they.sarah, they.alex):
        past = await they.run(actor, lambda ctx, who=str(actor.person): service.past_bookings_of(ctx, who, 5))
        assert [each.id for each in past] == [over]
