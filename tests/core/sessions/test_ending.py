"""Who ends a paid talk, and what that costs: a seeker the price, a consultant all but the time that was given."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.kernel.money import Money
from core.sessions import due, meeting, service
from tests.core.conftest import Market
from tests.core.sessions.counsel import BY_MINUTE, TUESDAY_TEN, Counsel, agreed, counsel


async def goes_on(they: Counsel, length: int = 60, free: float = 10) -> None:
    """The free minutes have run, so many of them, and Sarah has said yes."""
    await agreed(they, length=length)
    await they.meet(TUESDAY_TEN)
    await they.later(minutes=free)
    await they.consent()


async def told(they: Counsel, who: str) -> Money:
    booking = await they.booking()
    return await they.run(getattr(they, who), lambda ctx: due.if_ended(ctx, booking))


@pytest.mark.parametrize(
    ("free", "seconds", "cents"),
    [
        (1, 0, 0),
        (1, 61, 305),  # two minutes begun of 59: 3.0508...
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
    assert (booking.why, booking.due) == ("cut_short", Money(cents, "EUR"))
    assert (await they.money())["held"] == cents
    assert booking.state == ("review_window" if cents else "closed_free")


async def test_a_seeker_who_ends_early_pays_the_price(they: Counsel) -> None:
    await goes_on(they)
    await they.later(minutes=1)
    await they.does(they.sarah, meeting.end)

    assert (await they.booking()).why == "hung_up"
    assert (await they.money())["held"] == 90_00


async def test_by_the_minute_it_costs_the_same_whoever_ends_it(market: Market) -> None:
    they = await counsel(market, BY_MINUTE)
    await goes_on(they)
    await they.later(minutes=4, seconds=1)
    assert await told(they, "alex") == await told(they, "sarah") == Money(5 * 200, "EUR")
    await they.does(they.alex, meeting.end)

    assert (await they.money())["held"] == 5 * 200


@pytest.mark.parametrize(("gone", "cents"), [("alex", 9_00), ("sarah", 90_00)])
async def test_who_does_not_come_back_has_ended_it(they: Counsel, gone: str, cents: int) -> None:
    """A consultant cannot have the whole price by going away for ten minutes instead of pressing End."""
    await goes_on(they)
    await they.later(minutes=5)
    await they.does(getattr(they, gone), meeting.go_out)
    await they.later(minutes=11)

    assert (await they.booking()).why == ("cut_short" if gone == "alex" else "dropped")
    assert (await they.money())["held"] == cents


@pytest.mark.parametrize(("minutes", "cents"), [(30, 54_00), (55, 90_00 + 5 * 150)])
async def test_of_more_time_the_minutes_that_were_given_are_charged(they: Counsel, minutes: int, cents: int) -> None:
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
        ("flexible", ("sarah",), 9, 0),  # who has waited for a consultant who is late
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
