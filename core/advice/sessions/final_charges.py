"""What a talk that was paid for costs in the end, by who ended it and when; as people are told before they do.

What is charged begins when the free minutes are over, or with the yes where that comes later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core.advice.sessions import card_holds, rules
from core.advice.sessions.model import Booking, Meeting, Side
from core.advice.sessions.process import SessionState
from core.advice.sessions.service import side_of
from core.kernel.money import Money
from core.kernel.transaction import Ctx

CUT_SHORT: Final = "cut_short"  # by the consultant, in a paid talk: only the time that was given is charged
NOTHING: Final = timedelta()
TOLD_FOR: Final = timedelta(minutes=1)  # who was told what is due may take so long to say yes to it
PAYING: Final = (SessionState.BILLABLE, SessionState.PAID_PAUSED)


def if_ended(ctx: Ctx, booking: Booking, at: datetime | None = None) -> Money:
    """What a paid talk costs when who asks ends it now, or had ended it `at` then."""
    meeting, at = ctx.session.get_one(Meeting, booking.id), at or ctx.now
    why = how_it_ends(booking, meeting, side_of(ctx, booking), at)
    return of_talk(ctx, booking, meeting, why, _running(booking, meeting, at))


def still_true(ctx: Ctx, booking: Booking, told_at: datetime) -> bool:
    """Whether what was told then is what is taken now: for a minute it is kept, and after it where it is the same."""
    if NOTHING <= ctx.now - told_at <= TOLD_FOR:
        return True
    return told_at <= ctx.now and if_ended(ctx, booking, told_at) == if_ended(ctx, booking)


def how_it_ends(booking: Booking, meeting: Meeting, side: Side | None, at: datetime) -> str:
    """A consultant who ends a talk before its time has given a part of it; a seeker could have had all of it."""
    ran = timedelta(seconds=meeting.free_seconds + meeting.paid_seconds) + _running(booking, meeting, at)
    early = ran < timedelta(minutes=booking.length)
    return CUT_SHORT if early and side == "consultant" else "hung_up"


def of_talk(ctx: Ctx, booking: Booking, meeting: Meeting, why: str, running: timedelta = NOTHING) -> Money:
    """What is charged of a talk that ends like this; `running`: of the time since the yes, what was not added up yet.

    One price is for the whole session less the minutes that were free: of that time the consultant has given a part.
    """
    terms, free = booking.terms, timedelta(seconds=meeting.free_seconds)
    since = timedelta(seconds=meeting.paid_seconds) + running
    paid = rules.charged_of(free, since, terms)
    if booking.basis == "minute" and rules.free_left(free, terms) and not paid:
        return Money.zero(booking.currency)
    planned = timedelta(minutes=booking.length - meeting.extended)
    beyond = min(max(free + since - planned, NOTHING), paid)
    more = rules.MoreTime(card_holds.extended(ctx, booking), meeting.extended, beyond)
    return rules.due_for(terms, paid, more, planned - max(free, terms.free) if why == CUT_SHORT else None)


def extension_price(ctx: Ctx, booking: Booking, minutes: int) -> Money:
    """The most that so many more minutes cost; of them the used ones are charged."""
    meeting = ctx.session.get_one(Meeting, booking.id)
    return rules.price_of_more(booking.terms, booking.length - meeting.extended, minutes)


def free_time(ctx: Ctx, booking: Booking) -> timedelta:
    """How long they have talked for nothing, what runs now counted; also after a yes that came early."""
    meeting = ctx.session.get_one(Meeting, booking.id)
    free, since = timedelta(seconds=meeting.free_seconds), timedelta(seconds=meeting.paid_seconds)
    if booking.state == SessionState.FREE_WINDOW and meeting.running_since is not None:
        return free + (ctx.now - meeting.running_since)
    return free + min(since + _running(booking, meeting, ctx.now), rules.free_left(free, booking.terms))


def free_first(ctx: Ctx, booking: Booking) -> timedelta:
    """What is left of the free minutes in a talk by the minute that its seeker has said yes to; then it is charged."""
    if booking.basis != "minute" or booking.state not in PAYING:
        return NOTHING
    return rules.free_left(free_time(ctx, booking), booking.terms)


def minutes_told(booking: Booking, meeting: Meeting) -> tuple[int, int | None]:
    """Of a talk that is over, the minutes that were free and those that are charged: together the whole talk.

    By the minute they are those that the sum is for. None: one price is due, and the free minutes were not even over.
    """
    free, since = timedelta(seconds=meeting.free_seconds), timedelta(seconds=meeting.paid_seconds)
    talk, begun = rules.minutes_of(free + since), rules.minutes_of(rules.charged_of(free, since, booking.terms))
    if not booking.due_minor or meeting.began_at is None:
        return min(talk, booking.free_minutes), 0  # the time to decide was not agreed as talk
    if booking.basis == "minute":
        charged = booking.due_minor // booking.rate_minor
        return talk - min(charged, begun), charged
    return talk - begun, begun or None


def minutes_invoiced(booking: Booking, meeting: Meeting) -> int:
    """Of a talk that is over, the minutes that its charge is for.

    By the minute those that were charged. One price is for the session as it was agreed, and as much longer as it was;
    of one that its consultant cut short, only for the minutes that were given.
    """
    free, charged = minutes_told(booking, meeting)
    if booking.basis == "minute" or booking.why == CUT_SHORT:
        return charged or free
    planned = booking.length - meeting.extended
    return max(planned, min(free + (charged or 0), booking.length))


def _running(booking: Booking, meeting: Meeting, at: datetime) -> timedelta:
    """What runs of a paid talk until then, and stands in no account yet."""
    running = booking.state == SessionState.BILLABLE and meeting.running_since is not None
    return max(at - meeting.running_since, NOTHING) if running and meeting.running_since else NOTHING
