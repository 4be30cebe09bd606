"""Booking a session: the slot, the answer, another time, the way out. What is pressed here is checked here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, or_, select

from core.advice.availability.local_times import Interval
from core.advice.availability.slots import is_free, nearest
from core.advice.experts import service as experts
from core.advice.experts.model import Expert, Side
from core.advice.sessions import card_holds, events, rules, slot_checks
from core.advice.sessions.model import (
    LATEST_ANSWER,
    MOVES_AT_MOST,
    PARTS_MONEY,
    SESSION,
    Booking,
    BookSession,
    CallNow,
    Complaint,
    Meeting,
    ProposeTimes,
    SessionState,
    Terms,
)
from core.kernel.appeals import roles_of_party
from core.kernel.errors import NotFound, Refusal, Stale
from core.kernel.money import Money
from core.kernel.process import enter, step, timeline
from core.kernel.timers import Timer, clear_timers, deadline_of, set_timer
from core.kernel.transaction import Ctx
from core.money.chargebacks.service import frozen
from core.people.accounts.service import acting, has_traded

REMINDER = "reminder"
MOVE = "session_move"  # another time that was proposed, until it is answered
MOVE_LAPSED: Final = "move_lapsed"
REF_LENGTH: Final = 6
# The steps by which one of the two ends it.
ENDED_BY = frozenset({"cancel_early", "cancel_late_seeker", "cancel_late_consultant", "end_early", "hang_up"})

# --- actions of a seeker ----------------------------------------------------------------------------------------------


def terms_for(ctx: Ctx, expert: Expert, length: int, commission_bp: int) -> Terms:
    """Return the acting person's terms, shown before they book. Raises Invalid for a length that is not offered."""
    rules.check_length(length, expert.lengths)
    free = slot_checks.has_free_minutes(ctx, acting(ctx).id, expert.id)
    return rules.terms_of(expert.rate, length, expert.policy, commission_bp, free=free)


def book_session(ctx: Ctx, command: BookSession, commission_bp: int, *, shown: str | None = None) -> Booking:
    """Hold the slot for fifteen minutes while the seeker adds a card. `shown`: the fingerprint of the terms that they
    saw.

    Raises Refusal "session.slot_taken" with the three `nearest` slots when another seeker was faster. Raises Stale when
    the terms have changed.
    """
    expert = slot_checks.locked(ctx, command.expert_id)
    length = timedelta(minutes=command.length)
    slot_checks.check_pair(ctx, expert)
    calendar = slot_checks.calendar_of(ctx, expert)
    if not is_free(calendar, ctx.now, command.starts_at, length):
        raise Refusal(
            "session.slot_taken", field="starts_at", nearest=nearest(calendar, ctx.now, command.starts_at, length)
        )
    slot_checks.check_free(ctx, Interval(command.starts_at, command.starts_at + length))
    terms = _as_shown(terms_for(ctx, expert, command.length, commission_bp), shown)
    return _hold_slot(ctx, create_booking(ctx, expert, terms, command, command.starts_at))


def call_now(ctx: Ctx, command: CallNow, commission_bp: int, *, shown: str | None = None) -> Booking:
    """Ask a consultant who says that they are free now. Raises Refusal when they no longer are, Stale as above."""
    expert = slot_checks.locked(ctx, command.expert_id)
    slot_checks.check_pair(ctx, expert)
    time = Interval(ctx.now, ctx.now + timedelta(minutes=command.length))
    theirs = [each.interval for each in slot_checks.sessions_of(ctx, expert)]
    if not expert.is_free_at(ctx.now) or slot_checks.clashes(theirs, time):
        raise Refusal("session.not_free_now")
    slot_checks.check_free(ctx, time)
    terms = _as_shown(terms_for(ctx, expert, command.length, commission_bp), shown)
    return _hold_slot(ctx, create_booking(ctx, expert, terms, command, ctx.now, instant=True))


def abandon(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Give up the slot: the seeker would rather not add a card."""
    booking = mine(ctx, booking_id, expected_version)
    return _call_off(ctx, booking, "abandon", "abandoned")


def withdraw(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Withdraw the request before the consultant has said yes: nothing is charged."""
    return _call_off(ctx, mine(ctx, booking_id, expected_version), "withdraw", "withdrawn")


# --- answers of a consultant ------------------------------------------------------------------------------------------


def accept(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Say yes. An instant call begins now."""
    booking = mine(ctx, booking_id, expected_version)
    _confirm(ctx, booking, "accept", ctx.now if booking.instant else booking.starts_at)
    experts.request_answered(ctx, booking.expert_id)
    ctx.announce(events.SessionConfirmed(booking.id, ctx.actor.person))
    return booking


def agree_as_picked(ctx: Ctx, booking_id: str) -> None:
    """Confirm a time that the consultant has picked, now that the card is good: their yes was given then."""
    booking = ctx.session.get_one(Booking, booking_id)
    _confirm(ctx, booking, "accept", booking.starts_at, ("system",))
    ctx.announce(events.SessionConfirmed(booking.id, None))


def decline(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Say no: the hold is released, nothing is charged."""
    booking = mine(ctx, booking_id, expected_version)
    experts.request_answered(ctx, booking.expert_id)
    return _call_off(ctx, booking, "decline", "declined")


def offer_other_time(ctx: Ctx, booking_id: str, at: datetime, expected_version: int | None = None) -> Booking:
    """Offer `at` instead, which the seeker may accept. Raises Refusal when the consultant has another session then."""
    booking = mine(ctx, booking_id, expected_version)
    slot_checks.check_room_for(ctx, booking, at)
    due = rules.answer_by(ctx.now, at, instant=False)
    step(ctx, SESSION, booking, "other_time", sides(ctx, booking), deadlines={"request_expired": due})
    booking.move_by, booking.move_to = "consultant", at
    experts.request_answered(ctx, booking.expert_id)
    ctx.announce_change(events.OtherTimeOffered(booking.id, ctx.actor.person, at))
    return booking


def take_other_time(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Accept the time that the consultant has offered."""
    booking = mine(ctx, booking_id, expected_version)
    _confirm(ctx, booking, "take_time", _proposed_time(ctx, booking))
    ctx.announce(events.SessionConfirmed(booking.id, ctx.actor.person))
    return booking


# --- another day, or not at all ---------------------------------------------------------------------------------------


def not_to_be_moved(ctx: Ctx, booking: Booking) -> Refusal | None:
    """Return why the acting person cannot propose another time; None if they can."""
    if booking.moves >= MOVES_AT_MOST:
        return Refusal("session.moved_enough", most=MOVES_AT_MOST)
    if rules.is_late(ctx.now, booking.starts_at, booking.terms) and ctx.actor.person == booking.seeker:
        return Refusal("session.too_late_to_move", until=booking.starts_at - booking.terms.free_until)
    return None


def propose_move(ctx: Ctx, booking_id: str, at: datetime, expected_version: int | None = None) -> Booking:
    """Propose to move to `at`; the session and its hold stay as they are until the other side agrees."""
    booking = mine(ctx, booking_id, expected_version)
    hindrance = not_to_be_moved(ctx, booking)
    if hindrance is not None:
        raise hindrance
    slot_checks.check_room_for(ctx, booking, at)
    if side_of(ctx, booking) == "seeker":  # else it is theirs to free the time, when they say yes
        slot_checks.check_seeker_free(ctx, booking, at)
    step(ctx, SESSION, booking, "propose_move", sides(ctx, booking))
    booking.move_by, booking.move_to = side_of(ctx, booking), at
    until = rules.move_answer_by(ctx.now, booking.starts_at, at, booking.terms.free_until)
    reminded = ctx.now if until - ctx.now > LATEST_ANSWER else None  # a shorter time needs no reminder
    set_timer(ctx.session, Timer(MOVE, booking.id, MOVE_LAPSED, until), since=reminded)
    ctx.announce_change(events.MoveProposed(booking.id, ctx.actor.person, at))
    return booking


def move_answer_by(ctx: Ctx, booking: Booking) -> datetime:
    """Return the deadline by which the other side can accept the proposed time."""
    timer = deadline_of(ctx.session, MOVE, booking.id)
    assert timer is not None, "what is proposed lapses at some time"
    return timer.due_at


def take_move(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Agree to the other side's new time."""
    booking = mine(ctx, booking_id, expected_version)
    at = _proposed_time(ctx, booking)
    step(ctx, SESSION, booking, "take_move", sides(ctx, booking))
    booking.moves += 1
    _meet_at(ctx, booking, at)
    ctx.announce(events.SessionMoved(booking.id, ctx.actor.person))
    return booking


def leave_move(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Keep the old time: one side withdraws the proposal, or the other declines it."""
    booking = mine(ctx, booking_id, expected_version)
    if booking.move_to is None:
        raise Stale
    step(ctx, SESSION, booking, "leave_move", sides(ctx, booking))
    _forget_move(ctx, booking)
    ctx.announce_change(events.MoveLeft(booking.id, ctx.actor.person))
    return booking


def cancel(ctx: Ctx, booking_id: str, expected_version: int | None = None, *, shown: int | None = None) -> Booking:
    """Cancel a confirmed session. A seeker who cancels late pays the fee that was shown; a consultant pays and receives
    none.

    `shown`: that fee in minor units. Raises Stale when it has risen since: the seeker has not agreed to that.
    """
    booking = mine(ctx, booking_id, expected_version)
    if shown is not None and cancellation_fee(ctx, booking).minor > shown:
        raise Stale
    late = booking.state == SessionState.CONFIRMED and rules.is_late(ctx.now, booking.starts_at, booking.terms)
    if late and side_of(ctx, booking) == "consultant":
        return _call_off(ctx, booking, "cancel_late_consultant", "cancelled")
    fee = cancellation_fee(ctx, booking)
    if not fee:
        return _call_off(ctx, booking, "cancel_early", "cancelled")
    step(ctx, SESSION, booking, "cancel_late_seeker", sides(ctx, booking))
    return _called_off_for(ctx, booking, "cancelled", fee)


def cancellation_fee(ctx: Ctx, booking: Booking) -> Money:
    """Return the acting person's fee for cancelling now; from the start on it equals the no-show fee.

    A seeker who waits for a missing consultant pays no more than just before the start.
    """
    late = booking.state == SessionState.CONFIRMED and rules.is_late(ctx.now, booking.starts_at, booking.terms)
    begun = booking.state == SessionState.CONFIRMED and ctx.now >= booking.starts_at
    if side_of(ctx, booking) != "seeker" or not (late or begun):
        return Money.zero(booking.currency)
    there = ctx.session.get_one(Meeting, booking.id)
    waits_alone = there.seeker_here is not None and there.consultant_here is None
    return rules.no_show_fee(booking.terms) if begun and not waits_alone else rules.late_fee(booking.terms)


# --- queries ----------------------------------------------------------------------------------------------------------


def booking_for(ctx: Ctx, booking_id: str) -> Booking:
    """Return a session for its two sides, and for internal use. Raises NotFound, to strangers too."""
    booking = ctx.session.get(Booking, booking_id)
    if booking is None or (ctx.actor.person is not None and not sides(ctx, booking)):
        raise NotFound
    return booking


def bookings_of(ctx: Ctx, person_id: str) -> list[Booking]:
    """Return a person's sessions on either side that are not over, the next first."""
    query = select(Booking).where(_is_side(person_id), Booking.state.not_in(SESSION.final)).order_by(Booking.starts_at)
    return list(ctx.session.scalars(query))


def past_bookings_of(ctx: Ctx, person_id: str, most: int) -> list[Booking]:
    """Return a person's sessions on either side that were agreed once and are over, the last first."""
    over = Booking.state.in_(SESSION.final) & (Booking.sequence > 0)
    query = select(Booking).where(_is_side(person_id), over).order_by(Booking.starts_at.desc())
    return list(ctx.session.scalars(query.limit(most)))


def all_bookings_of(ctx: Ctx, person_id: str) -> list[str]:
    """Return the ids of all bookings of a person, on either side."""
    return list(ctx.session.scalars(select(Booking.id).where(_is_side(person_id)).order_by(Booking.id)))


def _is_side(person_id: str) -> ColumnElement[bool]:
    return or_(Booking.seeker == person_id, Booking.consultant == person_id)


def sides(ctx: Ctx, booking: Booking) -> list[str]:
    """Return the acting person's roles: the side, "other" if a proposal waits for it, "unheard" before its appeal."""
    side = side_of(ctx, booking)
    if side is None:
        return []
    mine: list[str] = [side, "other"] if booking.move_by not in (None, side) else [side]
    if booking.state != SessionState.COMPLAINT_APPEALED:
        return mine
    return [*mine, *roles_of_party([ctx.session.get_one(Complaint, booking.id).appeal_of(side)])]


def side_of(ctx: Ctx, booking: Booking) -> Side | None:
    person = ctx.actor.person
    if person is None:
        return None
    return "seeker" if person == booking.seeker else "consultant" if person == booking.consultant else None


def may(ctx: Ctx, booking: Booking) -> list[str]:
    """Return the actions open to the acting person. A chargeback blocks those that split money."""
    open_ = SESSION.open_to(booking.state, sides(ctx, booking))
    if not_to_be_moved(ctx, booking) is not None:
        open_ = [each for each in open_ if each != "propose_move"]
    stands_still = PARTS_MONEY.intersection(open_) and frozen(ctx, booking.id)
    return [each for each in open_ if each not in PARTS_MONEY] if stands_still else open_


def mine(ctx: Ctx, booking_id: str, expected_version: int | None) -> Booking:
    """Return a session of the acting person, in the version that they saw. Raises NotFound, Stale."""
    booking = booking_for(ctx, booking_id)
    if expected_version is not None and expected_version != booking.version:
        raise Stale
    return booking


def ended_by(ctx: Ctx, booking: Booking) -> str | None:
    """Return the side that cancelled the session or ended the talk; None if time did, or neither has."""
    ends = [each.actor for each in timeline(ctx.session, booking.id) if each.event in ENDED_BY]
    return ends[-1] if ends and ends[-1] in (booking.seeker, booking.consultant) else None


# --- timer handlers ---------------------------------------------------------------------------------------------------


def time_is_up(ctx: Ctx, booking_id: str, event: str) -> None:
    """Handle a passed deadline before the talk."""
    booking = ctx.session.get_one(Booking, booking_id)
    match event:
        case "hold_expired":
            _call_off(ctx, booking, event, "abandoned", ("time",))
        case "request_expired":
            offered = booking.state == SessionState.COUNTERED  # then it was the seeker's turn
            if not offered:
                experts.request_missed(ctx, booking.expert_id)
            _call_off(ctx, booking, event, "not_taken" if offered else "expired", ("time",))
        case "card_deadline":
            _call_off(ctx, booking, event, "card", ("time",))
        case _:
            raise ValueError(f"a booking has no deadline {event}")


def move_time_is_up(ctx: Ctx, booking_id: str) -> None:
    """End a proposal to move that was not accepted. Both are told, while the proposer can still cancel."""
    booking = ctx.session.get_one(Booking, booking_id)
    if booking.state == SessionState.CONFIRMED:  # else its card has other news
        step(ctx, SESSION, booking, MOVE_LAPSED, ("system",))
        ctx.announce(events.MoveLapsed(booking.id, None, booking.starts_at))
    _forget_move(ctx, booking)
    ctx.session.flush()


# --- steps that more than one of them take ----------------------------------------------------------------------------


def create_booking(
    ctx: Ctx,
    expert: Expert,
    terms: Terms,
    command: BookSession | CallNow | ProposeTimes,
    starts_at: datetime,
    *,
    state: SessionState = SESSION.initial,
    deadlines: dict[str, datetime] | None = None,
    instant: bool = False,
    ask_id: str | None = None,
    times: Sequence[datetime] = (),
) -> Booking:
    """Create the acting person's session with this consultant, in its initial state."""
    person = acting(ctx)
    booking = Booking(
        id=ctx.new_id(),
        ref=ctx.ids.code(REF_LENGTH),
        expert_id=expert.id,
        consultant=expert.person_id,
        consultant_org=expert.organisation_id,
        seeker=person.id,
        seeker_org=person.organisation_id,
        made_at=ctx.now,
        instant=instant,
        starts_at=starts_at,
        length=command.length,
        problem=command.problem,
        room=expert.room,
        link=expert.own_link,
        ask_id=ask_id,
        proposed=[time.isoformat() for time in times],
        price_minor=terms.price.minor,
        rate_minor=terms.rate.minor,
        basis=terms.basis,
        currency=terms.price.currency,
        commission_bp=terms.commission_bp,
        policy=terms.policy,
        free_until_minutes=int(terms.free_until.total_seconds()) // 60,
        late_percent=terms.late_percent,
        no_show_percent=terms.no_show_percent,
        free_minutes=int(terms.free.total_seconds()) // 60,
    )
    enter(ctx, SESSION, booking, state, deadlines)
    ctx.session.add(booking)
    ctx.session.flush()
    ctx.session.add(Meeting(booking_id=booking.id))
    has_traded(ctx, person.organisation_id)
    return booking


def _proposed_time(ctx: Ctx, booking: Booking) -> datetime:
    """Return the proposed time, if both still have time then. Raises Stale, Refusal."""
    if booking.move_to is None:
        raise Stale
    slot_checks.check_room_for(ctx, booking, booking.move_to)
    slot_checks.check_seeker_free(ctx, booking, booking.move_to)
    return booking.move_to


def _as_shown(terms: Terms, shown: str | None) -> Terms:
    if shown is not None and terms.fingerprint != shown:
        raise Stale
    return terms


def _hold_slot(ctx: Ctx, booking: Booking) -> Booking:
    ctx.announce(events.SlotHeld(booking.id, booking.seeker))
    card_holds.ask_hold(ctx, booking)
    ctx.session.flush()
    return booking


def _confirm(ctx: Ctx, booking: Booking, event: str, at: datetime, roles: Sequence[str] | None = None) -> None:
    roles = sides(ctx, booking) if roles is None else roles
    step(ctx, SESSION, booking, event, roles, deadlines=rules.confirmed_deadlines(at, ctx.now))
    _meet_at(ctx, booking, at)


def _meet_at(ctx: Ctx, booking: Booking, at: datetime) -> None:
    """Set deadlines, reminders and the card's hold by the agreed time."""
    booking.sequence += 1
    booking.starts_at = at
    _forget_move(ctx, booking)
    there = ctx.session.get_one(Meeting, booking.id)
    there.seeker_here = there.consultant_here = None  # the sides that were here came for another time
    for event, due in rules.confirmed_deadlines(at, ctx.now).items():
        set_timer(ctx.session, Timer(SESSION.name, booking.id, event, due))
    clear_timers(ctx.session, REMINDER, booking.id)
    for when, before in rules.reminders(booking.terms).items():
        if at - before > ctx.now:
            set_timer(ctx.session, Timer(REMINDER, booking.id, when, at - before))
    set_timer(ctx.session, Timer(REMINDER, booking.id, "start", max(at, ctx.now)))
    if not card_holds.keep_until(ctx, booking):
        card_fails(ctx, booking, "lapsed")
    ctx.session.flush()


def nothing_ahead(ctx: Ctx, booking: Booking) -> None:
    """Clear reminders and an open proposal to move: the session has begun, or never will."""
    clear_timers(ctx.session, REMINDER, booking.id)
    _forget_move(ctx, booking)


def _forget_move(ctx: Ctx, booking: Booking) -> None:
    booking.move_by = booking.move_to = None
    clear_timers(ctx.session, MOVE, booking.id)


def card_fails(ctx: Ctx, booking: Booking, why: str) -> None:
    """Give the seeker a while to add another card to an agreed session without money behind it."""
    deadline = rules.card_deadline(booking.starts_at, ctx.now)
    step(ctx, SESSION, booking, "auth_failed", ("provider",), deadlines={"card_deadline": deadline})
    ctx.announce(events.CardTrouble(booking.id, None, why))


def _call_off(ctx: Ctx, booking: Booking, event: str, why: str, roles: Sequence[str] | None = None) -> Booking:
    step(ctx, SESSION, booking, event, sides(ctx, booking) if roles is None else roles)
    return _called_off_for(ctx, booking, why, Money.zero(booking.currency))


def _called_off_for(ctx: Ctx, booking: Booking, why: str, fee: Money) -> Booking:
    booking.why, booking.due_minor = why, fee.minor
    if booking.sequence:
        booking.sequence += 1  # a later version of an entry cancels it (RFC 5546, 3.2.5)
    nothing_ahead(ctx, booking)
    ctx.announce_change(events.SessionCalledOff(booking.id, ctx.actor.person, why, fee))
    card_holds.settle(ctx, booking)
    return booking
