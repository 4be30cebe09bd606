"""Requests to several consultants at once for one of the seeker's own times: the first yes wins.

No card is touched before a consultant has said yes, so that one request never holds money twice. The winner's session
follows the common path from `slot_held` on. The other requests end in the same transaction as the yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import func, select

from core.advice.availability.local_times import Interval
from core.advice.experts import service as experts
from core.advice.experts.model import Expert
from core.advice.sessions import card_holds, rules, slot_checks
from core.advice.sessions.events import ProposalEnded, TimePicked, TimesProposed
from core.advice.sessions.model import SESSION, Booking, ProposeTimes, SessionState
from core.advice.sessions.service import create_booking, mine, sides, terms_for
from core.kernel.errors import Invalid, NotFound, Refusal, Stale
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting

FINGERPRINT_LETTERS: Final = 16

# --- the seeker -------------------------------------------------------------------------------------------------------


def fingerprint_of(ctx: Ctx, asked: Iterable[Expert]) -> str:
    """Return a fingerprint of the prices and cancellation terms that were shown; sending it accepts them.

    The session's length is not known yet when the terms are shown: they apply to every length.
    """
    told = [
        "-".join(
            (
                expert.id,
                *(str(each) for each in (expert.rate.basis, expert.rate.minor, expert.rate.currency, expert.policy)),
                "free" if slot_checks.has_free_minutes(ctx, acting(ctx).id, expert.id) else "",
            )
        )
        for expert in asked
    ]
    return sha256("\n".join(sorted(told)).encode()).hexdigest()[:FINGERPRINT_LETTERS]


def propose_times(ctx: Ctx, command: ProposeTimes, commission_bp: int, *, shown: str | None = None) -> str:
    """Ask each consultant for one of these times; return the id of the group request.

    `shown`: the fingerprint of the terms that the seeker saw. Each consultant's terms are fixed now, as shown; no slot
    is held and no card requested. Raises Invalid, Refusal, and Stale when the terms of one of them have changed.
    """
    times = tuple(sorted(dict.fromkeys(command.times)))
    rules.check_times(times, ctx.now)
    _check_few_open(ctx)
    for time in times:
        slot_checks.check_free(ctx, Interval(time, time + timedelta(minutes=command.length)))
    ask_id, due = ctx.new_id(), {"idle": rules.pick_by(ctx.now, times)}
    asked = [slot_checks.locked(ctx, expert_id) for expert_id in sorted(set(command.expert_ids))]
    if shown is not None and fingerprint_of(ctx, asked) != shown:
        raise Stale
    for expert in asked:
        slot_checks.check_pair(ctx, expert)
        terms = terms_for(ctx, expert, command.length, commission_bp)
        booking = create_booking(
            ctx,
            expert,
            terms,
            command,
            times[0],
            state=SessionState.PROPOSED,
            deadlines=due,
            ask_id=ask_id,
            times=times,
        )
        ctx.announce(TimesProposed(booking.id, ctx.actor.person))
    return ask_id


def take_back(ctx: Ctx, ask_id: str) -> None:
    """Withdraw the group request. Raises Stale when no consultant is left to wait for."""
    waiting = [booking for booking in ask_for(ctx, ask_id) if booking.state == SessionState.PROPOSED]
    if not waiting:
        raise Stale
    for booking in waiting:
        _end(ctx, booking, "withdraw", "withdrawn", ("seeker",))


def ask_for(ctx: Ctx, ask_id: str) -> list[Booking]:
    """Return the bookings of the acting seeker's group request, in order. Raises NotFound, to strangers too."""
    asked = together(ctx, ask_id)
    if not asked or ctx.actor.person not in (None, asked[0].seeker):
        raise NotFound
    return asked


# --- the consultant ---------------------------------------------------------------------------------------------------


def pick_time(ctx: Ctx, booking_id: str, at: datetime, expected_version: int | None = None) -> Booking:
    """Accept one of the times. The requests to other consultants end; the seeker's card is requested now.

    Raises Stale when another consultant was faster, Refusal when either side has another session by now.
    """
    booking = mine(ctx, booking_id, expected_version)
    if at not in booking.times:
        raise Invalid("talk.unknown_button")
    due = {"hold_expired": rules.card_after_pick_by(ctx.now, at)}
    step(ctx, SESSION, booking, "pick_time", sides(ctx, booking), deadlines=due)
    slot_checks.check_room_for(ctx, booking, at)
    slot_checks.check_seeker_free(ctx, booking, at)
    booking.picked_at, booking.starts_at = ctx.now, at
    ctx.session.flush()
    experts.request_answered(ctx, booking.expert_id)
    for other in together(ctx, str(booking.ask_id)):
        if other.state == SessionState.PROPOSED:
            _end(ctx, other, "other_won", "other_won", ("system",))
    ctx.announce(TimePicked(booking.id, ctx.actor.person, at))
    card_holds.ask_hold(ctx, booking)
    ctx.session.flush()
    return booking


def say_no(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Decline: none of the times suits the consultant."""
    booking = mine(ctx, booking_id, expected_version)
    _end(ctx, booking, "decline", "declined", sides(ctx, booking))
    experts.request_answered(ctx, booking.expert_id)
    return booking


# --- timer handlers ---------------------------------------------------------------------------------------------------


def time_is_up(ctx: Ctx, booking_id: str, event: str) -> None:
    """End a request that the consultant has not answered."""
    booking = ctx.session.get_one(Booking, booking_id)
    _end(ctx, booking, event, "expired", ("time",))
    experts.request_missed(ctx, booking.expert_id)


# --- steps that more than one of them take ----------------------------------------------------------------------------


def together(ctx: Ctx, ask_id: str) -> list[Booking]:
    """Return the bookings of one group request."""
    return list(ctx.session.scalars(select(Booking).where(Booking.ask_id == ask_id).order_by(Booking.id)))


def _end(ctx: Ctx, booking: Booking, event: str, why: str, roles: Sequence[str]) -> None:
    step(ctx, SESSION, booking, event, roles)
    booking.why = why
    ctx.announce_change(ProposalEnded(booking.id, ctx.actor.person if why != "other_won" else None, why))


def _check_few_open(ctx: Ctx) -> None:
    """Raise Refusal when the seeker already has too many open requests."""
    open_ = select(func.count(Booking.ask_id.distinct())).where(
        Booking.seeker == acting(ctx).id, Booking.state == SessionState.PROPOSED
    )
    if (ctx.session.scalar(open_) or 0) >= rules.REQUESTS_OPEN_AT_MOST:
        raise Refusal("session.asked_enough", most=rules.REQUESTS_OPEN_AT_MOST)
