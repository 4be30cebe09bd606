"""What is said before the talk begins, in it or before its door: kept, and brought to the other side when it does."""

from __future__ import annotations

from sqlalchemy import select

from core.advice.sessions.events import LineSaid
from core.advice.sessions.model import Booking, Line, Meeting
from core.advice.sessions.process import SessionState
from core.kernel.transaction import Ctx


def waits(ctx: Ctx, booking: Booking) -> bool:
    """Whether a line that is said now has to wait. The talk may begin this very moment: one of the two comes first."""
    if booking.state != SessionState.CONFIRMED:
        return False
    ctx.session.get_one(Meeting, booking.id, with_for_update=True, populate_existing=True)
    ctx.session.refresh(booking)
    return booking.state == SessionState.CONFIRMED


def bring(ctx: Ctx, booking: Booking) -> None:
    """The talk has begun: what waited is said now, in the order in which it was written."""
    query = select(Line).where(Line.booking_id == booking.id).order_by(Line.at, Line.id)
    for line in ctx.session.scalars(query).all():
        author = booking.seeker if line.side == "seeker" else booking.consultant
        if line.text or line.files:  # who has left the market meanwhile has taken their words along
            ctx.announce(LineSaid(booking.id, author, line.id))
