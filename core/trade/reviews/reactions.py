"""A deal's end opens the window for reviews, and time closes it."""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.trade.deals.events import DealCancelled, DealClosed, DealCompleted, DealFact
from core.trade.reviews.model import REVIEW
from core.trade.reviews.service import close_reviews, open_reviews


def listen(reactions: Reactions) -> None:
    reactions.on(DealCompleted, _deal_over)
    reactions.on(DealCancelled, _deal_over)
    reactions.on(DealClosed, _deal_over)


def _deal_over(ctx: Ctx, fact: DealFact) -> None:
    open_reviews(ctx, fact.deal_id)


def handle_timer(ctx: Ctx, timer: Timer) -> None:
    close_reviews(ctx, timer.subject)


timer_handlers: Mapping[str, TimerHandler] = {REVIEW.name: handle_timer}
