"""The final price of a paid talk, by the side that ended it and the time, as announced beforehand.

Charging begins when the free minutes are over, or with the yes if that comes later.
"""

from __future__ import annotations

from dataclasses import dataclass
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
TOLD_FOR: Final = timedelta(minutes=2)  # the time in which a side may confirm the amount that it was told
ROUNDED: Final = timedelta(seconds=1)  # a clock and a moment in whole seconds may be so far apart
PAYING: Final = (SessionState.BILLABLE, SessionState.PAID_PAUSED)


@dataclass(frozen=True, slots=True)
class PriceSnapshot:
    """The clock when a side was told an amount: the moment, and the time since the yes by then.

    The time is kept because the clock may stand still and run on before the side confirms.
    """

    at: datetime
    since_yes: timedelta


def snapshot(ctx: Ctx, booking: Booking) -> PriceSnapshot:
    """Return the clock of a paid talk as it stands now, in whole seconds."""
    since_yes = _since_yes(booking, ctx.session.get_one(Meeting, booking.id), ctx.now)
    return PriceSnapshot(ctx.now.replace(microsecond=0), timedelta(seconds=int(since_yes.total_seconds())))


def if_ended(ctx: Ctx, booking: Booking, told: PriceSnapshot | None = None) -> Money:
    """Return the price of a paid talk that the acting person ends now, or at the told clock."""
    meeting, told = ctx.session.get_one(Meeting, booking.id), told or snapshot(ctx, booking)
    why = how_it_ends(booking, meeting, side_of(ctx, booking), told.since_yes)
    return of_talk(ctx, booking, meeting, why, told.since_yes)


def so_far(ctx: Ctx, booking: Booking) -> Money:
    """Return the price of a paid talk up to now, if the consultant does not cut it short."""
    meeting = ctx.session.get_one(Meeting, booking.id)
    return of_talk(ctx, booking, meeting, "hung_up", _since_yes(booking, meeting, ctx.now))


def minutes_so_far(ctx: Ctx, booking: Booking) -> tuple[int, int]:
    """Return the minutes of a paid talk up to now, and those of them that are charged. The last one begun counts."""
    meeting = ctx.session.get_one(Meeting, booking.id)
    free, since_yes = timedelta(seconds=meeting.free_seconds), _since_yes(booking, meeting, ctx.now)
    charged = rules.charged_of(free, since_yes, booking.terms)
    return rules.minutes_of(free + since_yes), rules.minutes_of(charged)


def is_kept(ctx: Ctx, told: PriceSnapshot) -> bool:
    """Return whether an amount that was told is kept whatever has run since."""
    return NOTHING <= ctx.now - told.at <= TOLD_FOR


def still_true(ctx: Ctx, booking: Booking, told: PriceSnapshot) -> bool:
    """Return whether the told amount still applies: it is kept for a while, and later if it has not changed.

    A clock that cannot have stood like this then is not believed.
    """
    now = snapshot(ctx, booking)
    if not NOTHING <= now.since_yes - told.since_yes <= now.at - told.at + ROUNDED:
        return False
    return is_kept(ctx, told) or if_ended(ctx, booking, told) == if_ended(ctx, booking, now)


def how_it_ends(booking: Booking, meeting: Meeting, side: Side | None, since_yes: timedelta) -> str:
    """Return why the talk ends. A consultant who ends it early has given a part; a seeker could have had all of it."""
    early = timedelta(seconds=meeting.free_seconds) + since_yes < timedelta(minutes=booking.length)
    return CUT_SHORT if early and side == "consultant" else "hung_up"


def left_of(booking: Booking, meeting: Meeting) -> timedelta:
    """Return the agreed time that is left beyond what is added up. No clock runs beyond it."""
    ran = timedelta(seconds=meeting.free_seconds + meeting.paid_seconds)
    return max(timedelta(minutes=booking.length) - ran, NOTHING)


def of_talk(ctx: Ctx, booking: Booking, meeting: Meeting, why: str, since: timedelta | None = None) -> Money:
    """Return the price of a talk that ends like this. `since`: the time since the yes, if it is not all added up.

    One price covers the whole session less the free minutes. After a talk that was cut short, it is charged in
    proportion to the time given.
    """
    terms, free = booking.terms, timedelta(seconds=meeting.free_seconds)
    since = timedelta(seconds=meeting.paid_seconds) if since is None else since
    paid = rules.charged_of(free, since, terms)
    if booking.basis == "minute" and rules.free_left(free, terms) and not paid:
        return Money.zero(booking.currency)
    planned = timedelta(minutes=booking.length - meeting.extended)
    beyond = min(max(free + since - planned, NOTHING), paid)
    price = card_holds.extended(ctx, booking) if meeting.extended else Money.zero(booking.currency)
    more = rules.MoreTime(price, meeting.extended, beyond)
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
    if booking.state != SessionState.BILLABLE or meeting.running_since is None:
        return NOTHING
    return min(max(at - meeting.running_since, NOTHING), left_of(booking, meeting))


def _since_yes(booking: Booking, meeting: Meeting, at: datetime) -> timedelta:
    """Return the time since the yes until `at`, without stopped time."""
    return timedelta(seconds=meeting.paid_seconds) + _running(booking, meeting, at)
