"""Two weeks after a session that was paid for, the seeker is asked once whether they would like another."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from core.advice.experts.model import Expert
from core.advice.sessions.events import SessionFollowedUp
from core.advice.sessions.model import Booking, Complaint
from core.advice.sessions.process import SETTLED
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx

TIMER: Final = "session_follow_up"
ASK_AGAIN: Final = "ask_again"
FOLLOW_UP_AFTER: Final = timedelta(days=14)


def plan(ctx: Ctx, booking: Booking) -> None:
    set_timer(ctx.session, Timer(TIMER, booking.id, ASK_AGAIN, ctx.now + FOLLOW_UP_AFTER))


def follow_up(ctx: Ctx, booking_id: str) -> None:
    """Unless it was complained of, the two have met or will meet again, or the consultant is away."""
    booking = ctx.session.get_one(Booking, booking_id)
    expert = ctx.session.get_one(Expert, booking.expert_id)
    later = select(Booking.id).where(
        Booking.seeker == booking.seeker, Booking.expert_id == booking.expert_id, Booking.made_at > booking.made_at
    )
    settled = booking.state in SETTLED and ctx.session.get(Complaint, booking.id) is None
    if settled and expert.live and ctx.session.scalar(later.limit(1)) is None:
        ctx.announce(SessionFollowedUp(booking.id, None))
