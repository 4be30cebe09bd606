"""The talk itself: presence, the server's clock, the free minutes, the consent, extensions and the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update

from core.advice.availability.local_times import Interval
from core.advice.free_minutes import COUNTDOWN
from core.advice.sessions import card_holds, events, final_charges, rules, slot_checks
from core.advice.sessions.model import (
    EXTENSIONS_AT_MOST,
    LONGEST_LINE,
    SESSION,
    TALKING,
    Booking,
    Consent,
    ConsentKind,
    Line,
    Meeting,
    SessionState,
)
from core.advice.sessions.service import mine, nothing_ahead, side_of, sides
from core.kernel.errors import Invalid, NotAllowed, Refusal, Stale
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.timers import Timer, clear_timers, deadline_of, later, set_timer
from core.kernel.transaction import Ctx

CLOCK: Final = "session_clock"
ENDS: Final = "ends_soon"
RUNS: Final = "runs"  # the cards of a paid talk show its minutes and its cost again
SHOWN_EVERY: Final = timedelta(minutes=5)  # often enough to follow, and no chat platform minds as many edits
TERMS_VERSION: Final = 2  # the version of the market's conditions for sessions, shown with the consent
EXTENSIONS: Final = (15, 30)  # minutes

# --- coming and going -------------------------------------------------------------------------------------------------


def come_in(ctx: Ctx, booking_id: str) -> Booking:
    """Enter, from ten minutes before the start. From the agreed time the clock starts when both are here."""
    booking = mine(ctx, booking_id, None)
    if booking.state not in (SessionState.CONFIRMED, *TALKING):
        raise Stale
    opens_at = booking.starts_at - rules.CHECK_IN_BEFORE
    if ctx.now < opens_at:
        raise Refusal("session.too_early", at=opens_at)
    meeting = meeting_of(ctx, booking)
    side = side_of(ctx, booking)
    if side is None:
        raise NotAllowed
    if meeting.here(side) is None:
        _set_here(meeting, side, ctx.now)
        ctx.announce_change(events.CameIn(booking.id, ctx.actor.person, side))
    start_if_both(ctx, booking)
    return booking


def go_out(ctx: Ctx, booking_id: str, since: datetime | None = None) -> Booking:
    """Leave for a moment, or record a line lost at `since`: the clock is stopped, for ten minutes at most."""
    booking = mine(ctx, booking_id, None)
    meeting = meeting_of(ctx, booking)
    side = side_of(ctx, booking)
    if side is None or meeting.here(side) is None:
        raise Stale
    _set_here(meeting, side, None)
    if booking.state in (SessionState.FREE_WINDOW, SessionState.BILLABLE):
        _stop_clock(ctx, booking, meeting, since)
        step(ctx, SESSION, booking, "drop", sides(ctx, booking))
    ctx.announce_change(events.WentOut(booking.id, ctx.actor.person, side))
    return booking


def start_if_both(ctx: Ctx, booking: Booking) -> None:
    """Start the clock, or let it run on, when both are here and the agreed time has come."""
    meeting = meeting_of(ctx, booking)
    if meeting.seeker_here is None or meeting.consultant_here is None or ctx.now < booking.starts_at:
        return
    used = final_charges.free_time(ctx, booking)
    deadlines = {
        "free_over_no_answer": rules.free_over_at(ctx.now, used, booking.terms),
        "time_up": _ends_at(ctx, booking),
    }
    begins = booking.state == SessionState.CONFIRMED
    match booking.state:
        case SessionState.CONFIRMED:
            meeting.began_at = ctx.now
            nothing_ahead(ctx, booking)
            free = bool(booking.terms.free)
            step(
                ctx, SESSION, booking, "both_joined" if free else "both_joined_paying", ("system",), deadlines=deadlines
            )
        case SessionState.FREE_PAUSED | SessionState.PAID_PAUSED:
            free = booking.state == SessionState.FREE_PAUSED
            step(ctx, SESSION, booking, "rejoin", ("system",), deadlines=deadlines)
        case _:
            return
    meeting.running_since = ctx.now
    free_runs = free or bool(final_charges.free_first(ctx, booking))
    if free_runs:
        _count_down(ctx, booking, used)
    if not free:
        warn_of_end(ctx, booking)
        _show_again(ctx, booking)
    ctx.session.flush()
    paid = events.PaidTalkBegan(booking.id, None, "begins" if begins else "again")
    ctx.announce(events.FreeTalkBegan(booking.id, None) if free_runs else paid)
    if begins:
        _deliver_waiting(ctx, booking)


def say(ctx: Ctx, booking_id: str, text: str, files: list[str] | None = None) -> Line:
    """Send a message in the room to the other side; it is kept for the recap. Raises Invalid, Stale.

    A message before the talk begins, once people can come in, is delivered when it begins.
    """
    booking = mine(ctx, booking_id, None)
    waits = _waits(ctx, booking)
    side = side_of(ctx, booking)
    assert side is not None, "a stranger does not find the session"
    if booking.state not in TALKING and not (waits and ctx.now >= booking.starts_at - rules.CHECK_IN_BEFORE):
        raise Stale
    text = text.strip()
    if len(text) > LONGEST_LINE:
        raise Invalid("session.line_too_long", field="text", most=LONGEST_LINE)
    line = Line(id=ctx.new_id(), booking_id=booking.id, side=side, text=text, files=files or [], at=ctx.now)
    ctx.session.add(line)
    ctx.session.flush()
    if not waits:
        ctx.announce(events.LineSent(booking.id, ctx.actor.person, line.id))
    return line


def _waits(ctx: Ctx, booking: Booking) -> bool:
    """Return whether a message has to wait for the talk. Locks the meeting: it may begin at this very moment."""
    if booking.state != SessionState.CONFIRMED:
        return False
    ctx.session.get_one(Meeting, booking.id, with_for_update=True, populate_existing=True)
    ctx.session.refresh(booking)
    return booking.state == SessionState.CONFIRMED


def _deliver_waiting(ctx: Ctx, booking: Booking) -> None:
    """Deliver the waiting messages when the talk begins, in the order in which they were written."""
    query = select(Line).where(Line.booking_id == booking.id).order_by(Line.at, Line.id)
    for line in ctx.session.scalars(query).all():
        author = booking.seeker if line.side == "seeker" else booking.consultant
        if line.text or line.files:  # an author who has left the market has taken their words along
            ctx.announce(events.LineSent(booking.id, author, line.id))


# --- the decision -----------------------------------------------------------------------------------------------------


def go_on_paying(ctx: Ctx, booking_id: str, *, shown: str, place: str, expected_version: int | None = None) -> Booking:
    """Record the seeker's "continue, pay", with the exact words that they saw.

    By the minute, charging starts when the free minutes are over, however early the yes comes. One price is due with
    the yes. A second press has no effect. Raises NotAllowed for the consultant, Stale when the talk is over.
    """
    booking = mine(ctx, booking_id, expected_version)
    meeting = meeting_of(ctx, booking)
    _stop_clock(ctx, booking, meeting)
    step(ctx, SESSION, booking, "continue", sides(ctx, booking), deadlines={"time_up": _ends_at(ctx, booking)})
    meeting.running_since = ctx.now
    clear_timers(ctx.session, CLOCK, booking.id)
    warn_of_end(ctx, booking)
    _show_again(ctx, booking)
    left = final_charges.free_first(ctx, booking)
    if left:
        _count_down(ctx, booking, booking.terms.free - left)
    keep_consent(ctx, booking, ConsentKind.CONTINUE, booking.price, shown=shown, place=place)
    ctx.announce_change((events.YesGivenEarly if left else events.PaidTalkBegan)(booking.id, ctx.actor.person))
    return booking


def offer_extension(ctx: Ctx, booking_id: str, minutes: int, expected_version: int | None = None) -> Money:
    """Offer more time to the seeker; return its price. Raises Refusal when the consultant has another session then."""
    booking = mine(ctx, booking_id, expected_version)
    if side_of(ctx, booking) != "consultant":
        raise NotAllowed
    if booking.state != SessionState.BILLABLE or card_holds.being_extended(ctx, booking):
        raise Stale
    meeting = meeting_of(ctx, booking)
    if minutes not in EXTENSIONS or meeting.extensions >= EXTENSIONS_AT_MOST:
        raise Invalid("session.extension", field="minutes", known=EXTENSIONS, most=EXTENSIONS_AT_MOST)
    slot_checks.check_free(ctx, _more(booking, minutes))
    meeting.extension_asked = minutes
    price = final_charges.extension_price(ctx, booking, minutes)
    ctx.announce_change(events.ExtensionOffered(booking.id, ctx.actor.person, minutes, price))
    return price


def take_extension(
    ctx: Ctx, booking_id: str, *, shown: str, place: str, expected_version: int | None = None
) -> Booking:
    """Accept the extension: its price is held on the card first, and then it begins."""
    booking = mine(ctx, booking_id, expected_version)
    if side_of(ctx, booking) != "seeker":
        raise NotAllowed
    meeting = meeting_of(ctx, booking)
    offered = booking.state in (SessionState.BILLABLE, SessionState.PAID_PAUSED) and meeting.extension_asked
    if not offered or card_holds.being_extended(ctx, booking):
        raise Stale
    more = _more(booking, meeting.extension_asked)
    slot_checks.check_free(ctx, more)
    if slot_checks.other_session_of(ctx, booking.consultant, more) is not None:  # booked since it was offered
        raise Refusal("session.no_more_time")
    price = final_charges.extension_price(ctx, booking, meeting.extension_asked)
    keep_consent(ctx, booking, ConsentKind.EXTEND, price, shown=shown, place=place)
    card_holds.ask_extension(ctx, booking, price)
    return booking


def _more(booking: Booking, minutes: int) -> Interval:
    """Return the time that an extension would take."""
    return Interval(booking.ends_at, booking.ends_at + timedelta(minutes=minutes))


def end(
    ctx: Ctx, booking_id: str, expected_version: int | None = None, told: final_charges.PriceSnapshot | None = None
) -> Booking:
    """End the talk for either side: free before "continue", else charged as `final_charges.if_ended` says.

    `told`: the clock by which the side was told the amount due, at which it has stopped. Raises Stale when it is more
    by now.
    """
    booking = mine(ctx, booking_id, expected_version)
    meeting = meeting_of(ctx, booking)
    free = booking.state in (SessionState.FREE_WINDOW, SessionState.FREE_PAUSED)
    if told is not None and not free and not final_charges.still_true(ctx, booking, told):
        raise Stale
    _stop_clock(ctx, booking, meeting)
    if told is not None and not free and final_charges.is_kept(ctx, told):
        meeting.paid_seconds = int(told.since_yes.total_seconds())
    since_yes = timedelta(seconds=meeting.paid_seconds)
    why = "free_end" if free else final_charges.how_it_ends(booking, meeting, side_of(ctx, booking), since_yes)
    step(ctx, SESSION, booking, "end_early" if free else "hang_up", sides(ctx, booking))
    return _over(ctx, booking, meeting, why)


# --- timer handlers ---------------------------------------------------------------------------------------------------


def time_is_up(ctx: Ctx, booking_id: str, event: str) -> None:
    """Handle a passed deadline of the talk."""
    booking = ctx.session.get_one(Booking, booking_id)
    meeting = meeting_of(ctx, booking)
    if event.startswith("noshow"):
        _record_no_show(ctx, booking, meeting)
        return
    _stop_clock(ctx, booking, meeting)
    why = {"free_over_no_answer": "silence", "time_up": "time_up"}.get(event, "dropped")
    if booking.state == SessionState.PAID_PAUSED and meeting.consultant_here is None:
        why = (
            final_charges.CUT_SHORT
        )  # a consultant who does not return has ended the talk, and gets no more than one who presses End
    step(ctx, SESSION, booking, event, ("time",))
    _over(ctx, booking, meeting, why)


def handle_clock_timer(ctx: Ctx, booking_id: str, event: str) -> None:
    """Handle a minute of the countdown ("minute:5") that is over, five paid minutes, or the coming planned end.

    If several minutes ring late at once, only the last is announced. The end of the free minutes is announced however
    late it is.
    """
    booking = ctx.session.get_one(Booking, booking_id)
    if event == ENDS:
        if booking.state == SessionState.BILLABLE:
            ctx.announce(events.PaidMinutesLeft(booking.id, None, int(rules.ENDS_SOON.total_seconds()) // 60))
        return
    if event == RUNS:
        if booking.state == SessionState.BILLABLE:
            _show_again(ctx, booking)
            ctx.announce(events.PaidTimePassed(booking.id, None))
        return
    passed = int(event.partition(":")[2])
    ran = final_charges.free_time(ctx, booking)
    agreed = booking.state == SessionState.BILLABLE and booking.basis == "minute"  # to go on when they are over
    left = booking.terms.free - timedelta(minutes=passed)
    if not (agreed or booking.state == SessionState.FREE_WINDOW) or (left and ran >= timedelta(minutes=passed + 1)):
        return
    if agreed:
        ctx.announce(events.FreeMinutePassed(booking.id, None) if left else events.PaidTalkBegan(booking.id, None))
    elif not left:
        ctx.announce(events.FreeMinutesOver(booking.id, None))
    elif passed in COUNTDOWN:
        ctx.announce(events.FreeMinutesLeft(booking.id, None, int(left.total_seconds()) // 60))
    else:
        ctx.announce(events.FreeMinutePassed(booking.id, None))


def it_begins(ctx: Ctx, booking_id: str) -> None:
    """Start the session at its agreed time. A missing side is called, and the waiting side is told until when."""
    booking = ctx.session.get_one(Booking, booking_id)
    start_if_both(ctx, booking)
    if booking.state == SessionState.CONFIRMED and not booking.instant:
        ctx.announce(events.SessionReminder(booking.id, None, "start"))


def _record_no_show(ctx: Ctx, booking: Booking, meeting: Meeting) -> None:
    """Record a no-show, ten minutes after the start. A seeker who is here pays nothing for a missing consultant.

    The missing side decides the outcome, whichever of the two deadlines rings.
    """
    start_if_both(ctx, booking)
    if booking.state != SessionState.CONFIRMED:
        return
    event = "noshow_consultant" if meeting.consultant_here is None else "noshow_seeker"
    step(ctx, SESSION, booking, event, ("time",))
    nothing_ahead(ctx, booking)
    booking.why = "noshow_both" if meeting.consultant_here is None and meeting.seeker_here is None else event
    fee = rules.no_show_fee(booking.terms) if event == "noshow_seeker" else Money.zero(booking.currency)
    booking.due_minor = fee.minor
    ctx.session.flush()
    if event == "noshow_seeker":
        ctx.announce(events.TalkEnded(booking.id, None, event, fee))
        _leave_free_of_charge(ctx, booking)
    else:
        ctx.announce(events.SessionCalledOff(booking.id, None, booking.why, fee))
    card_holds.settle(ctx, booking)


# --- the clock --------------------------------------------------------------------------------------------------------


def meeting_of(ctx: Ctx, booking: Booking) -> Meeting:
    return ctx.session.get_one(Meeting, booking.id)


def warn_of_end(ctx: Ctx, booking: Booking) -> None:
    """Warn both sides a little before a paid talk ends, while there is still time to offer more."""
    end = deadline_of(ctx.session, SESSION.name, booking.id, "time_up")
    if end is not None and end.due_at - rules.ENDS_SOON > ctx.now:
        set_timer(ctx.session, Timer(CLOCK, booking.id, ENDS, end.due_at - rules.ENDS_SOON))


def _show_again(ctx: Ctx, booking: Booking) -> None:
    """Have both cards show the minutes and the cost of the paid talk again after a while."""
    set_timer(ctx.session, Timer(CLOCK, booking.id, RUNS, ctx.now + SHOWN_EVERY))


def keep_consent(ctx: Ctx, booking: Booking, kind: ConsentKind, amount: Money, *, shown: str, place: str) -> None:
    """Store a consent: the person, the exact words that they were shown, and the place."""
    person = ctx.actor.person
    assert person is not None, "a consent is a person's"
    ctx.session.add(
        Consent(
            id=ctx.new_id(),
            booking_id=booking.id,
            kind=kind,
            person_id=person,
            amount_minor=amount.minor,
            currency=amount.currency,
            terms_version=TERMS_VERSION,
            shown=shown,
            place=place[:120],
            at=ctx.now,
        )
    )


def stand_still(ctx: Ctx, since: datetime) -> None:
    """Exclude our downtime since `since` from all running talks: no time has run until now."""
    running = update(Meeting).execution_options(synchronize_session=False)
    began_before = Meeting.running_since <= since
    moved = later(ctx.session, Meeting.running_since, ctx.now - since)
    ctx.session.execute(running.where(Meeting.running_since > since).values(running_since=ctx.now))
    ctx.session.execute(running.where(began_before).values(running_since=moved))


def _stop_clock(ctx: Ctx, booking: Booking, meeting: Meeting, at: datetime | None = None) -> None:
    """Add the running time to its account, in whole seconds of the server's clock. It never exceeds the agreed time."""
    if meeting.running_since is None:
        return
    time = min((at or ctx.now) - meeting.running_since, final_charges.left_of(booking, meeting))
    ran = max(int(time.total_seconds()), 0)
    if booking.state == SessionState.FREE_WINDOW:
        meeting.free_seconds += ran
    elif booking.state == SessionState.BILLABLE:
        meeting.paid_seconds += ran
    meeting.running_since = None
    clear_timers(ctx.session, CLOCK, booking.id)


def _count_down(ctx: Ctx, booking: Booking, used: timedelta) -> None:
    for minute in range(1, int(booking.terms.free.total_seconds()) // 60 + 1):
        ahead = timedelta(minutes=minute) - used
        if ahead > timedelta():
            set_timer(ctx.session, Timer(CLOCK, booking.id, f"minute:{minute}", ctx.now + ahead))


def _ends_at(ctx: Ctx, booking: Booking) -> datetime:
    """Return the end of the whole talk: its length from when both were here, without stopped time."""
    return ctx.now + max(final_charges.left_of(booking, meeting_of(ctx, booking)), timedelta(seconds=1))


def _over(ctx: Ctx, booking: Booking, meeting: Meeting, why: str) -> Booking:
    meeting.ended_at = ctx.now
    meeting.seeker_here = meeting.consultant_here = None
    charged = booking.state == SessionState.CHARGING
    booking.due_minor = final_charges.of_talk(ctx, booking, meeting, why).minor if charged else 0
    booking.why = "free_end" if charged and not booking.due_minor else why
    ctx.announce_change(events.TalkEnded(booking.id, ctx.actor.person, booking.why, booking.due))
    _leave_free_of_charge(ctx, booking)
    card_holds.settle(ctx, booking)
    return booking


def _leave_free_of_charge(ctx: Ctx, booking: Booking) -> None:
    """Skip a charge when nothing is due: the hold is simply released."""
    if booking.state == SessionState.CHARGING and not booking.due_minor:
        step(ctx, SESSION, booking, "nothing_due", ("system",))
        ctx.session.flush()


def _set_here(meeting: Meeting, side: str, at: datetime | None) -> None:
    if side == "seeker":
        meeting.seeker_here = at
    else:
        meeting.consultant_here = at
