"""A deal's end opens the window for reviews, and time closes it."""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.trade.deals.events import DealCancelled, DealClosed, DealCompleted
from core.trade.reviews.model import REVIEW
from core.trade.reviews.service import close_reviews, open_reviews


def listen(reactions: Reactions) -> None:
    for over in (DealCompleted, DealCancelled, DealClosed):
        reactions.on(over, lambda ctx, fact: open_reviews(ctx, fact.deal_id))


timer_handlers: Mapping[str, TimerHandler] = {REVIEW.name: lambda ctx, timer: close_reviews(ctx, timer.subject)}
