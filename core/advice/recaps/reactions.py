"""Reactions: the end of a talk drafts its recap, a purchase keeps it, and time deletes what has expired."""

from __future__ import annotations

from collections.abc import Mapping

from core.advice.recaps import service
from core.advice.recaps.model import RECAP, RECORDING
from core.advice.sessions.events import SessionCalledOff, TalkEnded
from core.advice.sessions.model import Booking, Meeting
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.transaction import Ctx
from core.shop.purchases.events import PurchaseGivenBack, PurchasePaid
from core.shop.purchases.model import Thing


def listen(reactions: Reactions) -> None:
    reactions.on(TalkEnded, _talk_ended)
    reactions.on(SessionCalledOff, lambda ctx, event: service.delete_lines(ctx, event.booking_id))
    reactions.on(PurchasePaid, _bought)
    reactions.on(PurchaseGivenBack, _given_back)


def _talk_ended(ctx: Ctx, fact: TalkEnded) -> None:
    booking = ctx.session.get_one(Booking, fact.booking_id)
    if ctx.session.get_one(Meeting, booking.id).began_at is not None:
        service.talk_is_over(ctx, booking, paid=bool(fact.due))
    else:
        service.delete_lines(ctx, booking.id)


def _bought(ctx: Ctx, fact: PurchasePaid) -> None:
    if fact.thing is Thing.RECAP:
        service.bought(ctx, fact.purchase_id, fact.subject)


def _given_back(ctx: Ctx, fact: PurchaseGivenBack) -> None:
    if fact.thing is Thing.RECAP:
        service.given_back(ctx, fact.subject)


timer_handlers: Mapping[str, TimerHandler] = {
    RECAP.name: lambda ctx, timer: service.recap_time_is_up(ctx, timer.subject, timer.event),
    RECORDING.name: lambda ctx, timer: service.recording_time_is_up(ctx, timer.subject, timer.event),
    service.LINES: lambda ctx, timer: service.lines_time_is_up(ctx, timer.subject),
}
