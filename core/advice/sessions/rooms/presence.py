"""Presence in a room: entry by a link, exit by a button, or loss when the page falls silent.

Chats never say that a user has put the phone away; a page does, by no longer asking. A lost side counts as gone from
their last sign of life, so a dead line is never charged.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.advice.sessions import meeting
from core.advice.sessions.model import TALKING, Booking, SessionState
from core.advice.sessions.service import booking_for, side_of
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.kernel.transaction import person as acting_person

TIMER: Final = "session_room"
POLLS_EVERY: Final = timedelta(seconds=20)  # the page; a browser may let a hidden one ask once a minute only
SILENT_AFTER: Final = timedelta(seconds=90)
OURSELVES_LATE: Final = timedelta(seconds=30)  # a timer that rings later shows our own absence, not theirs


def come_in(ctx: Ctx, booking_id: str) -> Booking:
    """Enter by the link, as by "I'm here" in the chat. Raises Refusal before the time, Stale after it."""
    booking = meeting.come_in(ctx, booking_id)
    _expect(ctx, booking)
    return booking


def still_here(ctx: Ctx, booking_id: str) -> bool:
    """Renew the presence, as the page does every few seconds. False: they have left, or the talk is over."""
    booking = booking_for(ctx, booking_id)
    if not is_in(ctx, booking):
        return False
    _expect(ctx, booking)
    return True


def go_out(ctx: Ctx, booking_id: str) -> Booking:
    """Leave the room, by the page's button or by closing it. Has no effect for a person who is out already."""
    booking = booking_for(ctx, booking_id)
    clear_timers(ctx.session, TIMER, booking.id)
    return meeting.go_out(ctx, booking.id) if is_in(ctx, booking) else booking


def is_in(ctx: Ctx, booking: Booking) -> bool:
    """Return whether the acting person is in the room of a session that is still to come, or under way."""
    here = meeting.meeting_of(ctx, booking).here(str(side_of(ctx, booking)))
    return booking.state in (SessionState.CONFIRMED, *TALKING) and here is not None


def fell_silent(ctx: Ctx, timer: Timer) -> None:
    """Handle one side's silent page: the line is lost since then."""
    booking = ctx.session.get_one(Booking, timer.subject)
    whose = ctx.acting_as(acting_person(booking.seeker if timer.event == "seeker" else booking.consultant))
    if not is_in(whose, booking):
        return
    if ctx.now - timer.due_at > OURSELVES_LATE:
        _expect(whose, booking)
    else:
        meeting.go_out(whose, booking.id, since=timer.due_at - SILENT_AFTER)


def _expect(ctx: Ctx, booking: Booking) -> None:
    side = side_of(ctx, booking)
    assert side is not None, "a stranger does not find the session"
    set_timer(ctx.session, Timer(TIMER, booking.id, side, ctx.now + SILENT_AFTER))
