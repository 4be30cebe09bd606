"""Reactions of promotions: they begin when paid, and end when their consultant goes away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from core.advice.experts.events import ExpertPaused
from core.advice.promotion import service
from core.advice.promotion.model import PROMOTION
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.transaction import Ctx
from core.shop.purchases.events import (
    PurchaseCalledBack,
    PurchaseClosed,
    PurchaseFact,
    PurchaseGivenBack,
    PurchaseLost,
    PurchasePaid,
    PurchaseRegained,
)
from core.shop.purchases.model import Thing

Fact = TypeVar("Fact", bound=PurchaseFact)


def listen(reactions: Reactions) -> None:
    reactions.on(PurchasePaid, ours(lambda ctx, fact: service.paid(ctx, fact.subject, fact.purchase_id)))
    reactions.on(PurchaseClosed, ours(lambda ctx, fact: service.not_bought(ctx, fact.subject)))
    reactions.on(PurchaseGivenBack, ours(lambda ctx, fact: service.given_back(ctx, fact.subject)))
    reactions.on(PurchaseCalledBack, ours(lambda ctx, fact: service.suspend_for_chargeback(ctx, fact.subject)))
    reactions.on(PurchaseRegained, ours(lambda ctx, fact: service.regained(ctx, fact.subject)))
    reactions.on(PurchaseLost, ours(lambda ctx, fact: service.lost(ctx, fact.subject)))
    reactions.on(ExpertPaused, lambda ctx, fact: service.went_away(ctx, fact.expert_id))


def ours(hear: Callable[[Ctx, Fact], None]) -> Callable[[Ctx, Fact], None]:
    """Call the function only for purchases that are promotions."""
    return lambda ctx, fact: hear(ctx, fact) if fact.thing is Thing.PROMOTION else None


timer_handlers: Final[Mapping[str, TimerHandler]] = {
    PROMOTION.name: lambda ctx, timer: service.time_is_up(ctx, timer.subject, timer.event)
}
