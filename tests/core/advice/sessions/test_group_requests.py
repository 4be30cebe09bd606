"""Proposed times: one consultant or several are asked, the first yes wins, and money is held once at most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from core.advice.experts.model import Expert, OfferExpertise
from core.advice.experts.service import offer_expertise
from core.advice.sessions import group_requests, meeting, service
from core.advice.sessions.model import Booking, HoldState, ProposeTimes, SessionState
from core.advice.sessions.rules import REQUESTS_OPEN_AT_MOST
from core.advice.sessions.slot_checks import has_free_minutes
from core.kernel.errors import Invalid, NotFound, Refusal, Stale
from core.kernel.transaction import MARKET, Actor, Ctx
from tests.core.advice.sessions.session_steps import COMMISSION_BP, FIXED, TUESDAY_TEN, Counsel, counsel
from tests.core.conftest import Market
from tests.core.goods import catalogue

TIMES = (TUESDAY_TEN, TUESDAY_TEN + timedelta(days=1), TUESDAY_TEN + timedelta(days=2, hours=10))


class Asked(Counsel):
    """A session with a second consultant: Nina advises too, and Sarah asks both."""

    nina_id: str = ""
    ask_id: str = ""

    async def nina_joins(self) -> None:
        command = OfferExpertise(
            headline="Pellet mills and their dies",
            bio="Fifteen years of presses, dies and everything that wears.",
            fields=("bioenergy_engineering",),
            languages=("en",),
            rate=FIXED,
            lengths=(30,),
            hours="weekdays 9-17 Vilnius",
        )
        self.nina_id = (await self.run(self.nina, lambda ctx: offer_expertise(ctx, catalogue(), command))).id

    async def requests(self, *expert_ids: str, times: Sequence[datetime] = TIMES) -> None:
        asked = expert_ids or (self.expert_id, self.nina_id)
        command = ProposeTimes(expert_ids=asked, times=tuple(times), length=30, problem="Why does my ash melt?")
        self.ask_id = await self.run(self.sarah, group_requests.propose_times, command, COMMISSION_BP)
        self.booking_id = (await self.of(self.expert_id)).id

    async def of(self, expert_id: str) -> Booking:
        asked: list[Booking] = await self.run(self.sarah, group_requests.ask_for, self.ask_id)
        return next(booking for booking in asked if booking.expert_id == expert_id)

    async def picks(self, who: Actor, expert_id: str, at: datetime) -> None:
        await self.run(who, group_requests.pick_time, (await self.of(expert_id)).id, at)
        await self.bank()


@pytest.fixture
async def they(market: Market) -> Asked:
    told = await counsel(market)
    asked = Asked(market, told.sarah, told.alex, told.nina, told.expert_id)
    await asked.nina_joins()
    return asked


@pytest.mark.parametrize(
    "change",
    [{"rate_minor": 9500}, {"policy": "strict"}],
    ids=["price", "policy"],
)
async def test_request_on_other_terms_than_were_shown_is_refused(they: Asked, change: dict[str, Any]) -> None:
    """Nina asks more by the time that Sarah sends it. Neither consultant is asked before Sarah has read that."""

    def mark(ctx: Ctx) -> str:
        return group_requests.fingerprint_of(
            ctx, [ctx.session.get_one(Expert, each) for each in (they.expert_id, they.nina_id)]
        )

    def changes(ctx: Ctx) -> None:
        for name, value in change.items():
            setattr(ctx.session.get_one(Expert, they.nina_id), name, value)

    command = ProposeTimes(
        expert_ids=(they.expert_id, they.nina_id), times=TIMES, length=30, problem="Why does it melt?"
    )
    shown = await they.run(they.sarah, mark)
    await they.run(MARKET, changes)
    send = partial(group_requests.propose_times, command=command, commission_bp=COMMISSION_BP)
    with pytest.raises(Stale):
        await they.run(they.sarah, partial(send, shown=shown))
    await they.run(they.sarah, partial(send, shown=await they.run(they.sarah, mark)))


async def test_the_first_yes_wins_the_others_are_let_go_and_one_card_is_held(they: Asked) -> None:
    await they.requests()
    assert await they.holds() == [], "nobody's card is touched before a yes"
    await they.picks(they.alex, they.expert_id, TIMES[1])
    assert (await they.state(), (await they.booking()).starts_at) == ("slot_held", TIMES[1])
    lost = await they.of(they.nina_id)
    assert (lost.state, lost.why) == ("closed", "other_won")
    with pytest.raises(Stale):
        await they.picks(they.nina, they.nina_id, TIMES[0])
    await they.adds_card()
    assert await they.state() == SessionState.CONFIRMED, "who picked the time is not asked again"
    await they.meet(TIMES[1])
    await they.later(minutes=9)
    await they.consent()
    await they.later(minutes=25)
    assert [hold.state for hold in await they.holds()] == [HoldState.CAPTURED]
    assert await they.run(they.nina, service.bookings_of, they.nina.person) == []


async def test_a_card_that_is_known_is_held_with_the_yes(they: Asked) -> None:
    await they.books(TUESDAY_TEN + timedelta(hours=3))
    await they.adds_card()
    await they.does(they.alex, service.accept)
    await they.requests(times=TIMES[1:])
    await they.picks(they.nina, they.nina_id, TIMES[2])
    assert (await they.of(they.nina_id)).state == SessionState.CONFIRMED


async def test_consultant_who_cannot_says_no_and_the_other_is_still_asked(they: Asked) -> None:
    await they.requests()
    await they.does(they.alex, group_requests.say_no)
    assert await they.state() == SessionState.CLOSED
    await they.picks(they.nina, they.nina_id, TIMES[0])
    assert (await they.of(they.nina_id)).state == SessionState.SLOT_HELD


async def test_unanswered_request_runs_out_before_the_first_of_its_times(they: Asked) -> None:
    await they.requests(times=[TUESDAY_TEN, TUESDAY_TEN + timedelta(days=1)])
    await they.until(TUESDAY_TEN - timedelta(minutes=59))
    assert ((await they.booking()).state, (await they.booking()).why) == ("closed", "expired")
    assert await they.holds() == []


async def test_no_card_within_half_a_day_frees_the_slot_again(they: Asked) -> None:
    await they.requests(they.expert_id, times=TIMES[1:])
    await they.picks(they.alex, they.expert_id, TIMES[1])
    await they.later(hours=11)
    assert await they.state() == SessionState.SLOT_HELD, "the seeker may have slept when the yes came"
    await they.later(hours=2)
    assert (await they.state(), (await they.booking()).why) == ("closed", "abandoned")


async def test_the_seeker_takes_the_question_back(they: Asked) -> None:
    await they.requests()
    with pytest.raises(NotFound):
        await they.run(they.nina, group_requests.take_back, they.ask_id)
    await they.run(they.sarah, group_requests.take_back, they.ask_id)
    assert {(await they.of(each)).why for each in (they.expert_id, they.nina_id)} == {"withdrawn"}
    with pytest.raises(Stale):
        await they.run(they.sarah, group_requests.take_back, they.ask_id)


async def test_time_that_is_booked_by_then_cannot_be_picked(they: Asked) -> None:
    """cal.com 6622, 6932: a time that was free when it was shown is checked again when a consultant accepts it."""
    await they.requests(they.expert_id, times=TIMES)
    waiting = they.booking_id
    await they.books(TUESDAY_TEN)
    they.booking_id = waiting
    with pytest.raises(Refusal, match=r"session\.slot_taken"):
        await they.does(they.alex, group_requests.pick_time, TUESDAY_TEN)
    assert await they.state() == SessionState.PROPOSED
    with pytest.raises(Invalid, match=r"talk\.unknown_button"):
        await they.does(they.alex, group_requests.pick_time, TUESDAY_TEN + timedelta(hours=1))


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=61)], ids=["too soon", "too far"])
async def test_times_too_soon_or_too_far_to_be_answered_are_refused(they: Asked, ahead: timedelta) -> None:
    with pytest.raises(Invalid, match=r"session\.proposed_too"):
        await they.requests(times=[they.market.clock.moment + ahead])


async def test_seeker_who_waits_for_many_answers_asks_no_more(they: Asked) -> None:
    for _ in range(REQUESTS_OPEN_AT_MOST):
        await they.requests()
    with pytest.raises(Refusal, match=r"session\.asked_enough"):
        await they.requests()


async def test_asking_several_uses_up_no_free_minutes(they: Asked) -> None:
    for _ in range(2):
        await they.requests()

    def free(ctx: Ctx) -> bool:
        return has_free_minutes(ctx, str(they.sarah.person), they.expert_id)

    assert await they.run(they.sarah, free)
    await they.picks(they.alex, they.expert_id, TIMES[0])
    await they.adds_card()
    await they.meet(TIMES[0])
    await they.does(they.sarah, meeting.go_out)
    assert not await they.run(they.sarah, free)
