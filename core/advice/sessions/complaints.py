"""A session's complaint as an operator sees it. Operators do not decide on their own sessions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select

from core.advice.sessions.model import Booking, Complaint, Consent, Line, Meeting
from core.advice.sessions.process import SESSION, SessionState
from core.kernel.errors import NotAllowed, NotFound
from core.kernel.process import StepRow, timeline
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import acting, operators


@dataclass(frozen=True, slots=True)
class Brief:
    """A complaint with all that is known of the session."""

    booking: Booking
    complaint: Complaint
    meeting: Meeting
    consents: list[Consent]
    steps: list[StepRow]
    lines: list[Line]


def complaint_case(ctx: Ctx, booking_id: str) -> Booking:
    """Return a session with a complaint, for operators who are no side of it. Raises NotAllowed to others, NotFound."""
    person = _operator(ctx)
    booking = ctx.session.get(Booking, booking_id)
    if booking is None or ctx.session.get(Complaint, booking.id) is None:
        raise NotFound
    if _is_side(booking, person):
        raise NotAllowed("refused.own_case")
    return booking


def open_complaints(ctx: Ctx, limit: int = 20) -> list[Booking]:
    """Return the complaints that wait for the acting operator, the oldest first. Raises NotAllowed."""
    person = _operator(ctx)
    query = select(Booking).where(Booking.state == SessionState.SESSION_DISPUTE).order_by(Booking.state_since)
    open_ = (booking for booking in ctx.session.scalars(query) if not _is_side(booking, person))
    return list(islice(open_, limit))


def brief_of(ctx: Ctx, booking_id: str) -> Brief:
    """Return all that an operator decides by: the clock, the consents and the timeline. Raises NotAllowed."""
    booking = complaint_case(ctx, booking_id)
    consents = select(Consent).where(Consent.booking_id == booking.id).order_by(Consent.at)
    return Brief(
        booking=booking,
        complaint=ctx.session.get_one(Complaint, booking.id),
        meeting=ctx.session.get_one(Meeting, booking.id),
        consents=list(ctx.session.scalars(consents)),
        # The window for its reviews has the same id, and steps of its own.
        steps=[row for row in timeline(ctx.session, booking.id) if row.process == SESSION.name],
        lines=list(ctx.session.scalars(select(Line).where(Line.booking_id == booking.id).order_by(Line.at, Line.id))),
    )


def who_decides(ctx: Ctx, booking_id: str) -> list[Person]:
    """Return the operators who may decide on it."""
    booking = ctx.session.get_one(Booking, booking_id)
    return [each for each in operators(ctx) if not _is_side(booking, each)]


def _operator(ctx: Ctx) -> Person:
    """Return the acting person. Raises NotAllowed for everybody who is no operator."""
    person = acting(ctx)
    if not person.operator:
        raise NotAllowed("refused.operators_only")
    return person


def _is_side(booking: Booking, person: Person) -> bool:
    """Return whether the person or a colleague is a side of the session."""
    own = person.id in (booking.seeker, booking.consultant)
    return own or person.organisation_id in (booking.seeker_org, booking.consultant_org)
