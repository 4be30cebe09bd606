"""An agreed session at another time: one side proposes it, the other says yes by a moment, or it stays as it was."""

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
    """Either side would rather meet at `at`; it stays as it is until the other says yes. The hold stays too."""
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
    reminded = ctx.now if until - ctx.now > LATEST_ANSWER else None  # of less time nobody need be reminded
    set_timer(ctx.session, Timer(MOVE, booking.id, LAPSED, until), since=reminded)
    ctx.session.flush()
    ctx.announce(MoveProposed(booking.id, ctx.actor.person, at))
    return booking


def answer_by(ctx: Ctx, booking: Booking) -> datetime:
    """Until when the other side can say yes to the time that is proposed."""
    timer = deadline_of(ctx.session, MOVE, booking.id)
    assert timer is not None, "what is proposed lapses at some time"
    return timer.due_at


def take_move(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """The other side agrees to the new time."""
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
    """It stays at the old time: the one side takes the proposal back, or the other does not want it."""
    booking = mine(ctx, booking_id, expected_version)
    if booking.move_to is None:
        raise Stale
    step(ctx, SESSION, booking, "leave_move", sides(ctx, booking))
    forget_move(ctx, booking)
    ctx.session.flush()
    ctx.announce(MoveLeft(booking.id, ctx.actor.person))
    return booking


def time_is_up(ctx: Ctx, booking_id: str) -> None:
    """Nobody has said yes in time: both hear that it stays as it was, while who proposed it can still call it off."""
    booking = ctx.session.get_one(Booking, booking_id)
    if booking.state == SessionState.CONFIRMED:  # else its card has other news
        step(ctx, SESSION, booking, LAPSED, ("system",))
        ctx.announce(MoveLapsed(booking.id, None, booking.starts_at))
    forget_move(ctx, booking)
    ctx.session.flush()
