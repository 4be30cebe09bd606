"""Notifications to the consultant about their promotion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from conversations.advice.experts.promotion import promotion_card
from conversations.chat_context import ChatContext
from conversations.event_sentences import notifications
from conversations.reply import Card
from core.advice.experts.service import expert_for
from core.advice.promotion import events as promotion
from core.advice.promotion.service import promotion_for
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import person_of

PROMOTION_FACTS: Final[dict[type[Any], str]] = {
    promotion.PromotionBegan: "notice.promotion_began",
    # The purchase's notification says it; this one only redraws the card.
    promotion.PromotionSuspended: "",
    promotion.PromotionResumed: "",
    promotion.PromotionForfeited: "",
    promotion.PromotionOver: "notice.promotion_over",
    promotion.PromotionStopped: "notice.promotion_stopped",
}
PARTS: Final = ("looks", "why", "back")


def on_promotion(code: str) -> Callable[[Ctx, promotion.PromotionFact], None]:
    def hear(ctx: Ctx, fact: promotion.PromotionFact) -> None:
        parts = {name: getattr(fact, name) for name in PARTS if hasattr(fact, name)}
        notifications(ctx).say("promotion", fact.promotion_id, code, by=None, **parts)

    return hear


PROMOTION_LISTENERS: Final = ((PROMOTION_FACTS, on_promotion),)


def promoted_person(ctx: Ctx, promotion_id: str) -> list[Person]:
    return [person_of(ctx, expert_for(ctx, promotion_for(ctx, promotion_id).expert_id).person_id)]


def promotion_notification_card(chat: ChatContext, subject: str, note: str) -> Card:
    return promotion_card(chat, promotion_for(chat.ctx, subject), note)
