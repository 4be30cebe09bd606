"""Reactions of sessions to their own events and those of their money, and the timer handlers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from core.advice.experts.model import Expert
from core.advice.sessions import (
    card_holds,
    evidence,
    group_requests,
    meeting,
    service,
    settlement,
)
from core.advice.sessions.events import PickSecured, SessionExtended, SessionFollowedUp, SessionReminder, TalkEnded
from core.advice.sessions.model import SESSION, SETTLED, Booking, Complaint, Meeting, SessionState
from core.advice.sessions.rooms import presence
from core.kernel.heartbeat import ClocksStopped
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx

FOLLOW_UP: Final = "session_follow_up"
ASK_AGAIN: Final = "ask_again"
FOLLOW_UP_AFTER: Final = timedelta(days=14)
ASKED: Final = frozenset({"idle"})
BEFORE: Final = frozenset({"hold_expired", "request_expired", "card_deadline"})
AFTER: Final = frozenset({"window_over", "session_final_rule", "appeal_over", "review_limit", "debt_limit"})


def listen(reactions: Reactions) -> None:
    reactions.on(PickSecured, lambda ctx, fact: service.agree_as_picked(ctx, fact.booking_id))
    reactions.on(SessionExtended, lambda ctx, fact: _extended(ctx, fact.booking_id))
    reactions.on(TalkEnded, _talk_ended)
    reactions.on(ClocksStopped, lambda ctx, fact: meeting.stand_still(ctx, fact.since))
    settlement.listen(reactions)
    evidence.listen(reactions)


def _talk_ended(ctx: Ctx, fact: TalkEnded) -> None:
    if fact.due and ctx.session.get_one(Meeting, fact.booking_id).began_at is not None:
        set_timer(ctx.session, Timer(FOLLOW_UP, fact.booking_id, ASK_AGAIN, ctx.now + FOLLOW_UP_AFTER))


def _extended(ctx: Ctx, booking_id: str) -> None:
    booking = ctx.session.get_one(Booking, booking_id)
    if booking.state == SessionState.BILLABLE:  # it may stand still just now
        meeting.warn_of_end(ctx, booking)


def handle_session_timer(ctx: Ctx, timer: Timer) -> None:
    if timer.event in ASKED:
        group_requests.time_is_up(ctx, timer.subject, timer.event)
        return
    room = service if timer.event in BEFORE else settlement if timer.event in AFTER else meeting
    room.time_is_up(ctx, timer.subject, timer.event)


def handle_reminder_timer(ctx: Ctx, timer: Timer) -> None:
    booking = ctx.session.get_one(Booking, timer.subject)
    if timer.event == "start":
        meeting.it_begins(ctx, booking.id)
    elif booking.state in (SessionState.CONFIRMED, SessionState.CARD_TROUBLE):
        until = booking.starts_at - booking.terms.free_until if timer.event == "day" else None
        ctx.announce(SessionReminder(booking.id, None, timer.event, until))


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


timer_handlers: Mapping[str, TimerHandler] = {
    SESSION.name: handle_session_timer,
    service.REMINDER: handle_reminder_timer,
    service.MOVE: lambda ctx, timer: service.move_time_is_up(ctx, timer.subject),
    meeting.CLOCK: lambda ctx, timer: meeting.handle_clock_timer(ctx, timer.subject, timer.event),
    presence.TIMER: presence.fell_silent,
    FOLLOW_UP: lambda ctx, timer: follow_up(ctx, timer.subject),
    card_holds.TIMER: lambda ctx, timer: card_holds.time_is_up(ctx, timer.subject, timer.event),
}
