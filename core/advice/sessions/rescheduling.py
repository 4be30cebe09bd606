"""Moves an agreed session: one side proposes another time, and the other accepts it before a deadline."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.advice.sessions import rules, slot_checks
from core.advice.sessions.events import MoveLapsed, MoveLeft, MoveProposed, SessionMoved
from core.advice.sessions.model import Booking
from core.advice.sessions.process import LATEST_ANSWER, SESSION, SessionState
from core.advice.sessions.service import MOVE, forget_move, meet_at, mine, not_to_be_moved, side_of, sides
from core.kernel.errors import Stale
from core.kernel.process import step
from core.kernel.timers import Timer, deadline_of, set_timer
from core.kernel.transaction import Ctx

LAPSED: Final = "move_lapsed"


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
    set_timer(ctx.session, Timer(MOVE, booking.id, LAPSED, until), since=reminded)
    ctx.session.flush()
    ctx.announce(MoveProposed(booking.id, ctx.actor.person, at))
    return booking


def answer_by(ctx: Ctx, booking: Booking) -> datetime:
    """Return the deadline by which the other side can accept the proposed time."""
    timer = deadline_of(ctx.session, MOVE, booking.id)
    assert timer is not None, "what is proposed lapses at some time"
    return timer.due_at


def take_move(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Agree to the other side's new time."""
    booking = mine(ctx, booking_id, expected_version)
    if booking.move_to is None:
        raise Stale
    slot_checks.check_room_for(ctx, booking, booking.move_to)
    slot_checks.check_seeker_free(ctx, booking, booking.move_to)
    step(ctx, SESSION, booking, "take_move", sides(ctx, booking))
    booking.moves += 1
    meet_at(ctx, booking, booking.move_to)
    ctx.announce(SessionMoved(booking.id, ctx.actor.person))
    return booking


def leave_move(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Keep the old time: one side withdraws the proposal, or the other declines it."""
    booking = mine(ctx, booking_id, expected_version)
    if booking.move_to is None:
        raise Stale
    step(ctx, SESSION, booking, "leave_move", sides(ctx, booking))
    forget_move(ctx, booking)
    ctx.session.flush()
    ctx.announce(MoveLeft(booking.id, ctx.actor.person))
    return booking


def time_is_up(ctx: Ctx, booking_id: str) -> None:
    """End a proposal to move that was not accepted. Both sides are told, while the proposer can still cancel the
    session.
    """
    booking = ctx.session.get_one(Booking, booking_id)
    if booking.state == SessionState.CONFIRMED:  # else its card has other news
        step(ctx, SESSION, booking, LAPSED, ("system",))
        ctx.announce(MoveLapsed(booking.id, None, booking.starts_at))
    forget_move(ctx, booking)
    ctx.session.flush()
