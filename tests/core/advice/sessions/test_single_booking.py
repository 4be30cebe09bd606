"""Double bookings are refused on either side, whichever way a session comes to its time."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from core.advice.experts.model import OfferExpertise
from core.advice.experts.service import expert_of, offer_expertise, say_free_now
from core.advice.sessions import group_requests, meeting, service
from core.advice.sessions.model import Booking, BookSession, ProposeTimes, SessionState
from core.kernel.errors import Refusal
from core.kernel.transaction import Actor, Ctx
from tests.core.advice.sessions.session_steps import COMMISSION_BP, FIXED, TUESDAY_TEN, Counsel, agreed, counsel
from tests.core.conftest import Market
from tests.core.goods import catalogue

NOON = TUESDAY_TEN + timedelta(hours=2)


class Two(Counsel):
    """A session with a second consultant, Nina."""

    nina_id: str = ""

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

    async def books_nina(self, who: Actor, at: datetime) -> Booking:
        command = BookSession(expert_id=self.nina_id, starts_at=at, length=30, problem="Why does my die crack?")
        return await self.run(who, service.book_session, command, COMMISSION_BP)

    async def requests(self, at: datetime) -> None:
        await self.books(at)
        await self.adds_card()


@pytest.fixture
async def they(market: Market) -> Two:
    told = await counsel(market)
    two = Two(market, told.sarah, told.alex, told.nina, told.expert_id)
    await two.nina_joins()
    return two


# --- the seeker -------------------------------------------------------------------------------------------------------


async def test_a_seeker_takes_no_other_time_at_which_they_have_a_session(they: Two) -> None:
    await they.requests(TUESDAY_TEN)
    await they.does(they.alex, service.offer_other_time, NOON)
    await they.books_nina(they.sarah, NOON)
    with pytest.raises(Refusal, match=r"session\.you_have_another"):
        await they.does(they.sarah, service.take_other_time)
    assert await they.state() == SessionState.COUNTERED


async def test_a_seeker_agrees_to_no_move_to_where_they_have_a_session(they: Two) -> None:
    await agreed(they)
    await they.does(they.alex, service.propose_move, NOON)
    await they.books_nina(they.sarah, NOON)
    with pytest.raises(Refusal, match=r"session\.you_have_another"):
        await they.does(they.sarah, service.take_move)
    assert (await they.booking()).starts_at == TUESDAY_TEN


async def test_a_seeker_proposes_no_move_to_where_they_have_a_session(they: Two) -> None:
    await agreed(they, TUESDAY_TEN + timedelta(days=2))
    await they.books_nina(they.sarah, NOON)
    with pytest.raises(Refusal, match=r"session\.you_have_another"):
        await they.does(they.sarah, service.propose_move, NOON)
    assert (await they.booking()).move_to is None


async def test_a_consultant_agrees_to_no_move_to_where_their_client_has_a_session_by_now(they: Two) -> None:
    await agreed(they, TUESDAY_TEN + timedelta(days=2))
    await they.does(they.sarah, service.propose_move, NOON)
    await they.books_nina(they.sarah, NOON)
    with pytest.raises(Refusal, match=r"session\.seeker_busy_then"):
        await they.does(they.alex, service.take_move)
    assert (await they.booking()).starts_at == TUESDAY_TEN + timedelta(days=2)


async def test_a_session_is_moved_by_less_than_its_own_length(they: Two) -> None:
    """A session's own time does not count as another session."""
    later = TUESDAY_TEN + timedelta(minutes=15)
    await agreed(they)
    await they.does(they.alex, service.propose_move, later)
    await they.does(they.sarah, service.take_move)
    assert (await they.booking()).starts_at == later


async def test_seeker_takes_one_of_two_other_times_at_once(they: Two) -> None:
    await they.requests(TUESDAY_TEN)
    with_alex = they.booking_id
    await they.does(they.alex, service.offer_other_time, NOON)
    with_nina = (await they.books_nina(they.sarah, TUESDAY_TEN + timedelta(hours=1))).id
    they.booking_id = with_nina
    await they.bank()
    await they.adds_card()
    await they.does(they.nina, service.offer_other_time, NOON + timedelta(minutes=15))
    taken = await asyncio.gather(
        *(they.run(they.sarah, service.take_other_time, each) for each in (with_alex, with_nina)),
        return_exceptions=True,
    )
    (refused,) = [each for each in taken if not isinstance(each, Booking)]
    assert isinstance(refused, Refusal)
    assert refused.code == "session.you_have_another"


async def test_one_of_two_acceptances_at_once_of_two_requests_is_refused(they: Two) -> None:
    """Both consultants pick the same time, each for another question of hers."""

    async def request(expert_id: str) -> str:
        command = ProposeTimes(expert_ids=(expert_id,), times=(NOON,), length=30, problem="Why does my ash melt?")
        ask = await they.run(they.sarah, group_requests.propose_times, command, COMMISSION_BP)
        return (await they.run(they.sarah, group_requests.ask_for, ask))[0].id

    of_alex, of_nina = await request(they.expert_id), await request(they.nina_id)
    taken = await asyncio.gather(
        they.run(they.alex, group_requests.pick_time, of_alex, NOON),
        they.run(they.nina, group_requests.pick_time, of_nina, NOON),
        return_exceptions=True,
    )
    (refused,) = [each for each in taken if not isinstance(each, Booking)]
    assert isinstance(refused, Refusal)
    assert refused.code == "session.seeker_busy"


# --- more time --------------------------------------------------------------------------------------------------------


async def test_no_more_time_is_taken_when_the_consultant_was_booked_since_it_was_offered(they: Two) -> None:
    await they.run(they.alex, takes_bookings_at_once)
    await agreed(they, length=60)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await they.does(they.alex, meeting.offer_extension, 30)
    right_after = BookSession(
        expert_id=they.expert_id,
        starts_at=TUESDAY_TEN + timedelta(hours=1),
        length=30,
        problem="Why does my die crack?",
    )
    await they.run(they.nina, service.book_session, right_after, COMMISSION_BP)
    with pytest.raises(Refusal, match=r"session\.no_more_time"):
        await they.does(they.sarah, meeting.take_extension, shown="30 more minutes, €45", place="slack:D1")


def takes_bookings_at_once(ctx: Ctx) -> None:
    expert = expert_of(ctx, str(ctx.actor.person))
    assert expert is not None
    expert.notice_minutes = expert.air_minutes = 0


# --- a consultant who seeks -------------------------------------------------------------------------------------------


async def test_a_consultant_who_seeks_advice_then_cannot_be_booked(they: Two) -> None:
    await they.books_nina(they.alex, TUESDAY_TEN)
    with pytest.raises(Refusal, match=r"session\.slot_taken"):
        await they.books(TUESDAY_TEN)
    await they.books(NOON)


async def test_a_consultant_offers_no_other_time_at_which_they_seek_advice(they: Two) -> None:
    await they.requests(TUESDAY_TEN)
    await they.books_nina(they.alex, NOON)
    with pytest.raises(Refusal, match=r"session\.slot_taken"):
        await they.does(they.alex, service.offer_other_time, NOON)


async def test_a_consultant_who_seeks_advice_right_now_cannot_be_called(they: Two) -> None:
    they.booking_id = (await they.books_nina(they.alex, TUESDAY_TEN)).id
    await they.bank()
    await they.adds_card()
    await they.until(TUESDAY_TEN - timedelta(hours=2))
    await they.does(they.nina, service.accept)
    await they.until(TUESDAY_TEN - timedelta(minutes=15))
    await they.run(they.alex, say_free_now)
    with pytest.raises(Refusal, match=r"session\.not_free_now"):
        await they.calls()


async def test_a_consultant_is_not_booked_and_books_for_one_time_at_once(they: Two) -> None:
    sought = BookSession(expert_id=they.expert_id, starts_at=NOON, length=30, problem="Why does my ash melt?")
    taken = await asyncio.gather(
        they.books_nina(they.alex, NOON),
        they.run(they.sarah, service.book_session, sought, COMMISSION_BP),
        return_exceptions=True,
    )
    (refused,) = [each for each in taken if not isinstance(each, Booking)]
    assert isinstance(refused, Refusal)
