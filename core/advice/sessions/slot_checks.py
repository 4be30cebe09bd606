"""Checks of a session's time: the consultant's slots, the seeker's other sessions, the free minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import or_, select

from core.advice.availability.local_times import Interval
from core.advice.availability.slots import Calendar, nearest
from core.advice.experts import service as experts
from core.advice.experts.model import Expert
from core.advice.free_minutes import FREE_A_WEEK
from core.advice.sessions.model import TAKES_THE_SLOT, Booking, Meeting, SessionState
from core.kernel.errors import Invalid, NotAllowed, NotFound, Refusal
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import acting
from core.people.blocking.service import check_may_reach

# States of a session that may begin, and has not.
MAY_BEGIN: Final = (
    SessionState.SLOT_HELD,
    SessionState.REQUESTED,
    SessionState.COUNTERED,
    SessionState.CONFIRMED,
    SessionState.CARD_TROUBLE,
)
NOT_AGREED: Final = (
    SessionState.PROPOSED,
    SessionState.SLOT_HELD,
    SessionState.REQUESTED,
    SessionState.COUNTERED,
    SessionState.RELEASING,
    SessionState.CLOSED,
)


def sessions_of(ctx: Ctx, expert: Expert, *, but: str | None = None) -> list[Booking]:
    """Return a consultant's sessions that are not over; also those in which they seek advice themselves."""
    query = select(Booking).where(
        or_(Booking.expert_id == expert.id, Booking.seeker == expert.person_id),
        Booking.state.in_(TAKES_THE_SLOT),
        Booking.starts_at > ctx.now - timedelta(hours=4),
        Booking.id != (but or ""),
    )
    return list(ctx.session.scalars(query))


def calendar_of(ctx: Ctx, expert: Expert, *, but: str | None = None) -> Calendar:
    """Return a consultant's time as it is now; `but`: a session to leave out."""
    theirs = sessions_of(ctx, expert, but=but)
    given = [each.interval for each in theirs if each.expert_id == expert.id]
    sought = [each.interval for each in theirs if each.expert_id != expert.id]
    return experts.calendar_of(ctx, expert, given, elsewhere=sought)


@dataclass(frozen=True, slots=True)
class Spent:
    """The reason for no free minutes: "had" with this consultant, "promised" to the session `at`, or "week"."""

    why: Literal["had", "promised", "week"]
    at: datetime | None = None


def free_minutes_spent(ctx: Ctx, seeker: str, expert_id: str) -> Spent | None:
    """Return why this session has no free minutes; None if it has them. They are given once a pair, and three times a
    week for each seeker.

    A talk counts if it began, and a booking if it may still begin. One that failed does not count, even while its money
    is on its way.
    """
    query = select(Booking, Meeting.began_at).join(Meeting, Meeting.booking_id == Booking.id)
    query = query.where(
        Booking.seeker == seeker,
        Booking.free_minutes > 0,
        or_(Booking.state.in_(MAY_BEGIN), Meeting.began_at.is_not(None)),
    )
    theirs = ctx.session.execute(query.where(Booking.expert_id == expert_id).order_by(Booking.starts_at)).all()
    if any(began is not None for _, began in theirs):
        return Spent("had")
    if theirs:
        return Spent("promised", theirs[0][0].starts_at)
    this_week = ctx.session.execute(query.where(Booking.made_at > ctx.now - timedelta(days=7))).all()
    return Spent("week") if len(this_week) >= FREE_A_WEEK else None


def has_free_minutes(ctx: Ctx, seeker: str, expert_id: str) -> bool:
    return free_minutes_spent(ctx, seeker, expert_id) is None


def are_booked(ctx: Ctx, expert: Expert, person_id: str) -> bool:
    """Return whether a session of the two was ever agreed: from then on they may know each other's contacts."""
    query = select(Booking.id).where(
        Booking.expert_id == expert.id, Booking.seeker == person_id, Booking.state.not_in(NOT_AGREED)
    )
    return expert.person_id == person_id or ctx.session.scalar(query.limit(1)) is not None


def locked(ctx: Ctx, expert_id: str) -> Expert:
    """Return the consultant, locked until the unit is over: two seekers cannot both find the slot free.

    Their person is locked too. Otherwise they could be booked, and book another consultant, for the same time.
    """
    expert = ctx.session.get(Expert, expert_id, with_for_update=True)
    if expert is None:
        raise NotFound
    ctx.session.get(Person, expert.person_id, with_for_update=True)
    return expert


def check_pair(ctx: Ctx, expert: Expert) -> None:
    """Raise Refusal when these two cannot meet. Locks the seeker until the unit is over.

    If a seeker books two consultants at once, the second booking thereby counts the free minutes of the first.
    """
    person = acting(ctx)
    ctx.session.get(Person, person.id, with_for_update=True)
    if not expert.live:
        raise Refusal("expert.paused")
    if person.organisation_id == expert.organisation_id:
        raise NotAllowed("session.with_oneself")
    check_may_reach(ctx, person.organisation_id, expert.organisation_id)


def check_free(ctx: Ctx, time: Interval) -> None:
    """Raise Refusal when the acting person has another session then."""
    other = other_session_of(ctx, acting(ctx).id, time)
    if other is not None:
        raise Refusal("session.you_have_another", field="starts_at", at=other.starts_at, ref=other.ref)


def other_session_of(ctx: Ctx, person: str, time: Interval, *, but: str | None = None) -> Booking | None:
    """Return a session that the person has at that time, on either side; `but`: one that does not count."""
    query = select(Booking).where(
        or_(Booking.seeker == person, Booking.consultant == person),
        Booking.state.in_(TAKES_THE_SLOT),
        Booking.starts_at < time.end,
        Booking.id != (but or ""),
    )
    return next((booking for booking in ctx.session.scalars(query) if booking.interval.overlaps(time)), None)


def check_room_for(ctx: Ctx, booking: Booking, at: datetime) -> None:
    """Raises for a time that is over, or at which the consultant has another session or appointment.

    A time outside the weekly hours is theirs to offer, and theirs to agree to.
    """
    if at <= ctx.now:
        raise Invalid("session.time_past", field="at")
    time = Interval(at, at + timedelta(minutes=booking.length))
    calendar = calendar_of(ctx, locked(ctx, booking.expert_id), but=booking.id)
    if clashes(calendar.busy, time):
        near = nearest(calendar, ctx.now, at, timedelta(minutes=booking.length))
        raise Refusal("session.slot_taken", field="at", nearest=near)


def check_seeker_free(ctx: Ctx, booking: Booking, at: datetime) -> None:
    """Raise Refusal when the seeker has another session then; a consultant who accepts reads other words.

    The seeker is locked until the unit is over: of two times agreed at once, one counts the other.
    """
    ctx.session.get(Person, booking.seeker, with_for_update=True)
    other = other_session_of(ctx, booking.seeker, Interval(at, at + timedelta(minutes=booking.length)), but=booking.id)
    if other is None:
        return
    if ctx.actor.person == booking.seeker:
        raise Refusal("session.you_have_another", at=other.starts_at, ref=other.ref)
    raise Refusal("session.seeker_busy" if booking.only_asked else "session.seeker_busy_then", at=at)


def clashes(occupied: Sequence[Interval], time: Interval) -> bool:
    return any(each.overlaps(time) for each in occupied)
