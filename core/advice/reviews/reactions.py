"""The end of a talk that is paid for opens its reviews, and time shows them."""

from __future__ import annotations

from collections.abc import Mapping

from core.advice.reviews import service
from core.advice.reviews.model import SESSION_REVIEW
from core.advice.sessions.events import TalkEnded
from core.advice.sessions.model import Booking, Meeting
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.transaction import Ctx


def listen(reactions: Reactions) -> None:
    reactions.on(TalkEnded, _talk_ended)


def _talk_ended(ctx: Ctx, fact: TalkEnded) -> None:
    """Open the reviews of a talk whose sides have met. A talk that cost nothing has none."""
    met = ctx.session.get_one(Meeting, fact.booking_id).began_at is not None
    if met and fact.due:
        service.open_window(ctx, ctx.session.get_one(Booking, fact.booking_id))


timer_handlers: Mapping[str, TimerHandler] = {
    SESSION_REVIEW.name: lambda ctx, timer: service.time_is_up(ctx, timer.subject, timer.event)
}
