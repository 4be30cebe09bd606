"""The final price of a paid talk, by the side that ended it and the time, as announced beforehand.

Charging begins when the free minutes are over, or with the yes if that comes later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core.advice.experts.model import Side
from core.advice.sessions import card_holds, rules
from core.advice.sessions.model import Booking, Meeting, SessionState
from core.advice.sessions.service import side_of
from core.kernel.money import Money
from core.kernel.transaction import Ctx

CUT_SHORT: Final = "cut_short"  # by the consultant, in a paid talk: only the time that was given is charged
NOTHING: Final = timedelta()
TOLD_FOR: Final = timedelta(minutes=1)  # the time in which a side may confirm the amount that it was told
PAYING: Final = (SessionState.BILLABLE, SessionState.PAID_PAUSED)


def if_ended(ctx: Ctx, booking: Booking, at: datetime | None = None) -> Money:
    """Return the price of a paid talk if the acting person ends it now, or had ended it `at`."""
    meeting, at = ctx.session.get_one(Meeting, booking.id), at or ctx.now
    why = how_it_ends(booking, meeting, side_of(ctx, booking), at)
    return of_talk(ctx, booking, meeting, why, _running(booking, meeting, at))


def still_true(ctx: Ctx, booking: Booking, told_at: datetime) -> bool:
    """Return whether the told amount still applies: it is kept for a minute, and later if it has not changed."""
    if NOTHING <= ctx.now - told_at <= TOLD_FOR:
        return True
    return told_at <= ctx.now and if_ended(ctx, booking, told_at) == if_ended(ctx, booking)


def how_it_ends(booking: Booking, meeting: Meeting, side: Side | None, at: datetime) -> str:
    """Return why the talk ends. A consultant who ends it early has given a part; a seeker could have had all of it."""
    ran = timedelta(seconds=meeting.free_seconds + meeting.paid_seconds) + _running(booking, meeting, at)
    early = ran < timedelta(minutes=booking.length)
    return CUT_SHORT if early and side == "consultant" else "hung_up"


def of_talk(ctx: Ctx, booking: Booking, meeting: Meeting, why: str, running: timedelta = NOTHING) -> Money:
    """Return the price of a talk that ends like this. `running`: the time since the yes that is not added up yet.

    One price covers the whole session less the free minutes. After a talk that was cut short, it is charged in
    proportion to the time given.
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
    """Return the highest price of this many more minutes; only those used are charged."""
    meeting = ctx.session.get_one(Meeting, booking.id)
    return rules.price_of_more(booking.terms, booking.length - meeting.extended, minutes)


def free_time(ctx: Ctx, booking: Booking) -> timedelta:
    """Return how long they have talked for free, including the running time; also after an early yes."""
    meeting = ctx.session.get_one(Meeting, booking.id)
    free, since = timedelta(seconds=meeting.free_seconds), timedelta(seconds=meeting.paid_seconds)
    if booking.state == SessionState.FREE_WINDOW and meeting.running_since is not None:
        return free + (ctx.now - meeting.running_since)
    return free + min(since + _running(booking, meeting, ctx.now), rules.free_left(free, booking.terms))


def free_first(ctx: Ctx, booking: Booking) -> timedelta:
    """Return the rest of the free minutes after an early yes to a talk by the minute; then charging begins."""
    if booking.basis != "minute" or booking.state not in PAYING:
        return NOTHING
    return rules.free_left(free_time(ctx, booking), booking.terms)


def minutes_told(booking: Booking, meeting: Meeting) -> tuple[int, int | None]:
    """Return the free and the charged minutes of a talk that is over: together the whole talk.

    By the minute, the charged minutes are those that the amount is for. None: one price is due, but the free minutes
    were not over.
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
    """Return the minutes that the charge of an ended talk is for.

    By the minute, these are the charged ones. One price is for the session as agreed, and for any extension that was
    used. If the consultant cut it short, only the given minutes count.
    """
    free, charged = minutes_told(booking, meeting)
    if booking.basis == "minute" or booking.why == CUT_SHORT:
        return charged or free
    planned = booking.length - meeting.extended
    return max(planned, min(free + (charged or 0), booking.length))


def _running(booking: Booking, meeting: Meeting, at: datetime) -> timedelta:
    """Return the running time of a paid talk until `at` that is not added up yet."""
    running = booking.state == SessionState.BILLABLE and meeting.running_since is not None
    return max(at - meeting.running_since, NOTHING) if running and meeting.running_since else NOTHING
