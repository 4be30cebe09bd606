"""Free first minutes: one session a pair, three a week a seeker, also for bookings made at the same moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from config.reference import reference
from core.advice.experts import service as experts
from core.advice.experts.model import OfferExpertise, Rate
from core.advice.free_minutes import FREE_A_WEEK
from core.advice.sessions import service, slot_checks
from core.advice.sessions.model import Booking, BookSession, Meeting, SessionState
from core.kernel.transaction import MARKET, Actor, Ctx
from tests.core.conftest import Market

COMMISSION = 1500


async def adviser(market: Market, name: str) -> str:
    actor, _ = await market.newcomer(name)
    catalogue = reference()[0]
    command = OfferExpertise(
        headline="Boilers that burn",
        bio="Twenty years of combustion and ash.",
        fields=(next(iter(catalogue.expertise)),),
        languages=("en",),
        rate=Rate(basis="session", minor=90_00, currency="EUR"),
        hours="daily 0-24 Vilnius",
    )
    return (await market.run(actor, lambda ctx: experts.offer_expertise(ctx, catalogue, command))).id


async def booked(market: Market, seeker: Actor, expert_id: str, hours: int) -> Booking:
    starts = market.clock.now() + timedelta(hours=hours)
    command = BookSession(expert_id=expert_id, starts_at=starts, length=30, problem="The grate slags.")
    return await market.run(seeker, lambda ctx: service.book_session(ctx, command, COMMISSION))


async def talked(market: Market, booking: Booking) -> None:
    """Let the free session take place and end."""

    def unit(ctx: Ctx) -> None:
        held = ctx.session.get_one(Booking, booking.id)
        ctx.session.get_one(Meeting, held.id).began_at = ctx.now
        held.state = SessionState.CLOSED_FREE

    await market.run(MARKET, unit)


async def test_a_pair_has_one_free_talk_and_only_one_that_took_place_counts(market: Market) -> None:
    sarah, _ = await market.newcomer("Sarah")
    alex = await adviser(market, "Alex")
    first = await booked(market, sarah, alex, 24)
    assert first.free_minutes == 10
    second = await booked(market, sarah, alex, 48)
    assert second.free_minutes == 0  # the first may still take place
    for each in (first, second):
        await market.run(sarah, partial(service.abandon, booking_id=each.id))
    third = await booked(market, sarah, alex, 24)
    assert third.free_minutes == 10  # none of them did
    await talked(market, third)
    market.clock.advance(days=300)
    assert (await booked(market, sarah, alex, 24)).free_minutes == 0


async def came_to_nothing(market: Market, booking: Booking, state: SessionState) -> None:
    """End a booking without a session, with its money still on its way."""

    def unit(ctx: Ctx) -> None:
        ctx.session.get_one(Booking, booking.id).state = state

    await market.run(MARKET, unit)


@pytest.mark.parametrize(
    "state", [SessionState.RELEASING, SessionState.CHARGING, SessionState.REVIEW_WINDOW, SessionState.PAYING_OUT]
)
async def test_a_booking_that_came_to_nothing_uses_no_free_minutes(market: Market, state: SessionState) -> None:
    sarah, person = await market.newcomer("Sarah")
    alex = await adviser(market, "Alex")
    first = await booked(market, sarah, alex, 24)
    spent = partial(slot_checks.free_minutes_spent, seeker=person.id, expert_id=alex)
    assert await market.run(sarah, spent) == slot_checks.Spent("promised", first.starts_at)
    await came_to_nothing(market, first, state)
    assert await market.run(sarah, spent) is None
    second = await booked(market, sarah, alex, 48)
    assert second.free_minutes == 10
    await talked(market, second)
    assert await market.run(sarah, spent) == slot_checks.Spent("had")


async def test_a_seeker_has_three_free_sessions_a_week_also_when_asked_for_at_once(market: Market) -> None:
    sarah, person = await market.newcomer("Sarah")
    advisers = [await adviser(market, f"e{number}") for number in range(5)]
    made = await asyncio.gather(*(booked(market, sarah, each, 24 + 2 * place) for place, each in enumerate(advisers)))
    assert sorted(each.free_minutes for each in made) == [0, 0, 10, 10, 10]
    assert FREE_A_WEEK == 3
    unasked = await adviser(market, "unasked")
    spent = await market.run(MARKET, lambda ctx: slot_checks.free_minutes_spent(ctx, person.id, unasked))
    assert spent == slot_checks.Spent("week")
    market.clock.advance(days=8)
    late = await adviser(market, "late")
    assert await market.run(MARKET, lambda ctx: slot_checks.has_free_minutes(ctx, person.id, late))
