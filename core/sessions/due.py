"""What a talk that was paid for costs in the end, by who ended it and when; as people are told before they do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.sessions import holds, rules
from core.sessions.model import Booking, Meeting, Side
from core.sessions.service import side_of

CUT_SHORT: Final = "cut_short"  # by the consultant, in a paid talk: only the time that was given is charged
NOTHING: Final = timedelta()


def if_ended(ctx: Ctx, booking: Booking) -> Money:
    """What a paid talk costs when who asks ends it now."""
    meeting = ctx.session.get_one(Meeting, booking.id)
    why = how_it_ends(booking, meeting, side_of(ctx, booking), ctx.now)
    return of_talk(ctx, booking, meeting, why, _running(booking, meeting, ctx.now))


def how_it_ends(booking: Booking, meeting: Meeting, side: Side | None, now: datetime) -> str:
    """A consultant who ends a talk before its time has given a part of it; a seeker could have had all of it."""
    ran = timedelta(seconds=meeting.free_seconds + meeting.paid_seconds) + _running(booking, meeting, now)
    early = ran < timedelta(minutes=booking.length)
    return CUT_SHORT if early and side == "consultant" else "hung_up"


def of_talk(ctx: Ctx, booking: Booking, meeting: Meeting, why: str, running: timedelta = NOTHING) -> Money:
    """What is charged of a talk that ends like this; `running`: of the paid time, what was not added up yet.

    One price is for the whole session less the minutes that were free: of that time the consultant has given a part.
    """
    free, paid = timedelta(seconds=meeting.free_seconds), timedelta(seconds=meeting.paid_seconds) + running
    planned = timedelta(minutes=booking.length - meeting.extended)
    beyond = min(max(free + paid - planned, NOTHING), paid)
    more = rules.MoreTime(holds.extended(ctx, booking), meeting.extended, beyond)
    return rules.due_for(booking.terms, paid, more, planned - free if why == CUT_SHORT else None)


def _running(booking: Booking, meeting: Meeting, now: datetime) -> timedelta:
    """What runs now of a paid talk, and stands in no account yet."""
    return now - meeting.running_since if booking.state == "billable" and meeting.running_since else NOTHING
