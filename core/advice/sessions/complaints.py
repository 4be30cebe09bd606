"""Complaints about a session: between the two sides themselves, and as an operator sees and decides them.

Operators do not decide on their own sessions.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Final

from sqlalchemy import select

from core.advice.sessions import rules
from core.advice.sessions.events import ComplaintAnswered, SessionComplained
from core.advice.sessions.model import RULE_WITHIN, SESSION, Booking, Complaint, Consent, Line, Meeting, SessionState
from core.advice.sessions.service import mine, sides
from core.advice.sessions.settlement import check_not_disputed, rule_complaint, split
from core.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from core.kernel.process import StepRow, step, timeline
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import acting, operators

WORDS_LEAST, WORDS_MOST = 10, 1000
ALL: Final = 100  # percent of the charge that the consultant keeps of a complaint that is taken back


@dataclass(frozen=True, slots=True)
class Brief:
    """A complaint with all that is known of the session."""

    booking: Booking
    complaint: Complaint
    meeting: Meeting
    consents: list[Consent]
    steps: list[StepRow]
    lines: list[Line]


# --- the two sides ----------------------------------------------------------------------------------------------------


def complain(ctx: Ctx, booking_id: str, words: str, expected_version: int | None = None) -> Booking:
    """Complain about a session within two days of the charge. Nothing is paid out until it is settled."""
    booking, words = mine(ctx, booking_id, expected_version), _checked_words(words)
    check_not_disputed(ctx, booking)
    step(ctx, SESSION, booking, "complain", sides(ctx, booking))
    ctx.session.add(Complaint(booking_id=booking.id, words=words, at=ctx.now))
    ctx.session.flush()
    back = rules.unruled_back(booking.due)
    ctx.announce(SessionComplained(booking.id, ctx.actor.person, booking.due, back, ctx.now + RULE_WITHIN))
    return booking


def answer_complaint(ctx: Ctx, booking_id: str, words: str, expected_version: int | None = None) -> Booking:
    """Record the consultant's answer; the last one counts. Raises Invalid, NotAllowed, Stale."""
    booking, words = mine(ctx, booking_id, expected_version), _checked_words(words)
    step(ctx, SESSION, booking, "answer", sides(ctx, booking))
    ctx.session.get_one(Complaint, booking.id).answer = words
    ctx.announce_change(ComplaintAnswered(booking.id, ctx.actor.person))
    return booking


def take_back(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Withdraw the seeker's complaint: the consultant gets all, as if none had been made. Raises Refusal, Stale."""
    booking = mine(ctx, booking_id, expected_version)
    check_not_disputed(ctx, booking)
    step(ctx, SESSION, booking, "take_back", sides(ctx, booking))
    ctx.session.get_one(Complaint, booking.id).ruled = ALL
    split(ctx, booking, ALL)
    return booking


def complaint_of(ctx: Ctx, booking_id: str) -> Complaint | None:
    return ctx.session.get(Complaint, booking_id)


# --- operators --------------------------------------------------------------------------------------------------------


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


def rule(ctx: Ctx, booking_id: str, percent: int, reason: str, expected_version: int | None = None) -> Booking:
    """Decide, as an operator, which share of the charge the consultant keeps, and why. Raises NotAllowed, Stale."""
    booking = complaint_case(ctx, booking_id)
    if expected_version is not None and expected_version != booking.version:
        raise Stale
    if not 0 <= percent <= 100 or len(reason.strip()) < WORDS_LEAST:
        raise Invalid("session.ruling", field="reason", least=WORDS_LEAST)
    check_not_disputed(ctx, booking)
    step(ctx, SESSION, booking, "rule", ("operator",))
    rule_complaint(ctx, booking, percent, reason.strip())
    return booking


def who_decides(ctx: Ctx, booking_id: str) -> list[Person]:
    """Return the operators who may decide on it."""
    booking = ctx.session.get_one(Booking, booking_id)
    return [each for each in operators(ctx) if not _is_side(booking, each)]


def _checked_words(words: str) -> str:
    """Return the words without space around them. Raises Invalid if they are too short or too long."""
    words = words.strip()
    if not WORDS_LEAST <= len(words) <= WORDS_MOST:
        raise Invalid("session.complaint_words", field="words", least=WORDS_LEAST, most=WORDS_MOST)
    return words


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
