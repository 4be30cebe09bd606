"""Complaints about a session: between the two sides themselves, and as an operator sees and decides them.

Operators do not decide on their own sessions.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Final

from sqlalchemy import select

from core.advice.sessions import rules
from core.advice.sessions.events import ComplaintAnswered, ComplaintAppealed, ComplaintRuled, SessionComplained
from core.advice.sessions.model import (
    RULE_WITHIN,
    SESSION,
    Booking,
    Complaint,
    ComplaintRuling,
    Consent,
    Line,
    Meeting,
    SessionState,
)
from core.advice.sessions.service import mine, side_of, sides
from core.advice.sessions.settlement import asked_back, carry_out_ruling, check_not_disputed, settle_complaint
from core.kernel.appeals import APPEAL_WITHIN, roles_of_operator
from core.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from core.kernel.money import Money
from core.kernel.process import StepRow, step, timeline
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import acting, operators

WORDS_LEAST, WORDS_MOST = 10, 1000
DECIDED_IN: Final = frozenset({SessionState.SESSION_DISPUTE, SessionState.COMPLAINT_APPEALED})


@dataclass(frozen=True, slots=True)
class Brief:
    """A complaint with all that is known of the session."""

    booking: Booking
    complaint: Complaint
    asked: Money
    rulings: list[ComplaintRuling]
    meeting: Meeting
    consents: list[Consent]
    steps: list[StepRow]
    lines: list[Line]


# --- the two sides ----------------------------------------------------------------------------------------------------


def complain(
    ctx: Ctx, booking_id: str, words: str, asked: Money | None = None, expected_version: int | None = None
) -> Booking:
    """Complain about a session within two days of the charge. Nothing is paid out until it is settled.

    `asked`: the sum that should go back, all of the charge by default. Raises Invalid for nothing or more than that.
    """
    booking, words = mine(ctx, booking_id, expected_version), _checked_words(words)
    check_not_disputed(ctx, booking)
    step(ctx, SESSION, booking, "complain", sides(ctx, booking))
    asked = booking.due if asked is None else _checked_part(booking, asked)
    if not asked:
        raise Invalid("session.asks_nothing", field="asked", most=booking.due)
    ctx.session.add(Complaint(booking_id=booking.id, words=words, at=ctx.now, asked_minor=asked.minor))
    ctx.session.flush()
    back = rules.unruled_back(asked)
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
    settle_complaint(ctx, booking, Money.zero(booking.currency), None)
    return booking


def grant(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Give back the part that the complaint asks for, as the consultant. Raises NotAllowed, Refusal, Stale."""
    booking = mine(ctx, booking_id, expected_version)
    check_not_disputed(ctx, booking)
    step(ctx, SESSION, booking, "grant", sides(ctx, booking))
    settle_complaint(ctx, booking, asked_back(ctx, booking), None)
    return booking


def appeal(ctx: Ctx, booking_id: str, words: str, expected_version: int | None = None) -> Booking:
    """Appeal once against the first ruling: another operator looks at it. Raises Invalid, NotAllowed, Stale."""
    booking, words = mine(ctx, booking_id, expected_version), _checked_words(words)
    step(ctx, SESSION, booking, "appeal", sides(ctx, booking))
    complaint = ctx.session.get_one(Complaint, booking.id)
    if side_of(ctx, booking) == "seeker":
        complaint.seeker_appeal = words
    else:
        complaint.consultant_appeal = words
    ctx.session.flush()
    ctx.announce_change(ComplaintAppealed(booking.id, ctx.actor.person))
    return booking


def rulings_of(ctx: Ctx, booking_id: str) -> list[ComplaintRuling]:
    """Return the rulings on a complaint, the first one first."""
    rulings = select(ComplaintRuling).where(ComplaintRuling.booking_id == booking_id)
    return list(ctx.session.scalars(rulings.order_by(ComplaintRuling.number)))


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
    query = select(Booking).where(Booking.state.in_(DECIDED_IN)).order_by(Booking.state_since)
    open_ = (booking for booking in ctx.session.scalars(query) if _may_decide(ctx, booking, person))
    return list(islice(open_, limit))


def may_rule(ctx: Ctx, booking: Booking) -> bool:
    """Return whether the complaint waits for the acting operator. An appeal waits for one who has not ruled on it."""
    return booking.state in DECIDED_IN and _may_decide(ctx, booking, _operator(ctx))


def brief_of(ctx: Ctx, booking_id: str) -> Brief:
    """Return all that an operator decides by: the clock, the consents and the timeline. Raises NotAllowed."""
    booking = complaint_case(ctx, booking_id)
    consents = select(Consent).where(Consent.booking_id == booking.id).order_by(Consent.at)
    return Brief(
        booking=booking,
        complaint=ctx.session.get_one(Complaint, booking.id),
        asked=asked_back(ctx, booking),
        rulings=rulings_of(ctx, booking.id),
        meeting=ctx.session.get_one(Meeting, booking.id),
        consents=list(ctx.session.scalars(consents)),
        # The window for its reviews has the same id, and steps of its own.
        steps=[row for row in timeline(ctx.session, booking.id) if row.process == SESSION.name],
        lines=list(ctx.session.scalars(select(Line).where(Line.booking_id == booking.id).order_by(Line.at, Line.id))),
    )


def rule(ctx: Ctx, booking_id: str, back: Money, reason: str, expected_version: int | None = None) -> Booking:
    """Decide, as an operator, how much of the charge goes back, and why.

    A first ruling waits for an appeal. The second, by another operator, is the last word. Raises Invalid, NotAllowed,
    Stale.
    """
    booking = complaint_case(ctx, booking_id)
    if expected_version is not None and expected_version != booking.version:
        raise Stale
    back = _checked_part(booking, back)
    if len(reason.strip()) < WORDS_LEAST:
        raise Invalid("session.ruling", field="reason", least=WORDS_LEAST)
    check_not_disputed(ctx, booking)
    again = booking.state == SessionState.COMPLAINT_APPEALED
    earlier = rulings_of(ctx, booking.id)
    roles = {"operator"} | roles_of_operator(ctx.actor.person, (each.by for each in earlier))
    step(ctx, SESSION, booking, "rule_again" if again else "rule", roles)
    ruling = ComplaintRuling(
        booking_id=booking.id,
        number=len(earlier) + 1,
        by=acting(ctx).id,
        at=ctx.now,
        back_minor=back.minor,
        reason=reason.strip(),
    )
    ctx.session.add(ruling)
    ctx.session.flush()
    if again:
        carry_out_ruling(ctx, booking)
    else:
        ctx.announce_change(ComplaintRuled(booking.id, ctx.actor.person, back, ctx.now + APPEAL_WITHIN))
    return booking


def who_decides(ctx: Ctx, booking_id: str) -> list[Person]:
    """Return the operators who may decide on it, and those who have."""
    booking = ctx.session.get_one(Booking, booking_id)
    return [each for each in operators(ctx) if not _is_side(booking, each)]


def _may_decide(ctx: Ctx, booking: Booking, person: Person) -> bool:
    """Return whether an operator may rule on an open complaint now."""
    if _is_side(booking, person):
        return False
    ruled_by = (each.by for each in rulings_of(ctx, booking.id))
    return booking.state == SessionState.SESSION_DISPUTE or bool(roles_of_operator(person.id, ruled_by))


def _checked_part(booking: Booking, part: Money) -> Money:
    """Return a part of the charge. Raises Invalid beyond it."""
    if part.currency != booking.currency or not 0 <= part.minor <= booking.due_minor:
        raise Invalid("case.pay_outside", field="share", most=booking.due)
    return part


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
