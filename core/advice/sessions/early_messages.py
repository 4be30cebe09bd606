"""Messages written before the talk begins: stored, and delivered to the other side when it begins."""

from __future__ import annotations

from sqlalchemy import select

from core.advice.sessions.events import LineSaid
from core.advice.sessions.model import Booking, Line, Meeting
from core.advice.sessions.process import SessionState
from core.kernel.transaction import Ctx


def waits(ctx: Ctx, booking: Booking) -> bool:
    """Return whether a message written now has to wait. It locks the meeting, because the talk may begin at this very
    moment.
    """
    if booking.state != SessionState.CONFIRMED:
        return False
    ctx.session.get_one(Meeting, booking.id, with_for_update=True, populate_existing=True)
    ctx.session.refresh(booking)
    return booking.state == SessionState.CONFIRMED


def bring(ctx: Ctx, booking: Booking) -> None:
    """Deliver the waiting messages when the talk begins, in the order in which they were written."""
    query = select(Line).where(Line.booking_id == booking.id).order_by(Line.at, Line.id)
    for line in ctx.session.scalars(query).all():
        author = booking.seeker if line.side == "seeker" else booking.consultant
        if line.text or line.files:  # an author who has left the market has taken their words along
            ctx.announce(LineSaid(booking.id, author, line.id))
