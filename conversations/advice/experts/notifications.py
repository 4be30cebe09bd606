"""Notifications to consultants about themselves: their profile, their own calendar, and their promotion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from conversations.advice.experts.availability import calendar_card
from conversations.advice.experts.own_card import own_card
from conversations.advice.experts.promotion import promotion_card
from conversations.chat_context import ChatContext
from conversations.event_sentences import notifications
from conversations.reply import Card
from core.advice.experts import events as expert
from core.advice.experts.service import expert_for
from core.advice.promotion import events as promotion
from core.advice.promotion.service import promotion_for
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import person_of

OWN, CALENDAR = "expert", "calendar"  # the cards that have news
EXPERT_EVENTS: Final[dict[type[Any], str]] = {
    expert.RequestMissed: "notice.expert_missed",
    expert.ExpertPaused: "notice.expert_paused",
    expert.ExpertListed: "notice.expert_listed",
}
CALENDAR_EVENTS: Final[dict[type[Any], str]] = {
    expert.CalendarRead: "notice.calendar_read",
    expert.CalendarUnreadable: "notice.calendar_unreadable",
}
PROMOTION_EVENTS: Final[dict[type[Any], str]] = {
    promotion.PromotionBegan: "notice.promotion_began",
    # The purchase's notification says it; this one only redraws the card.
    promotion.PromotionSuspended: "",
    promotion.PromotionResumed: "",
    promotion.PromotionForfeited: "",
    promotion.PromotionOver: "notice.promotion_over",
    promotion.PromotionStopped: "notice.promotion_stopped",
}
PARTS: Final = ("why", "count")
PROMOTION_PARTS: Final = ("views", "why", "back")


def on_card(kind: str) -> Callable[[str], Callable[[Ctx, expert.ExpertFact], None]]:
    """Return a listener for events of time or other people. The consultant's own steps are answered where they act."""

    def hearing(code: str) -> Callable[[Ctx, expert.ExpertFact], None]:
        def hear(ctx: Ctx, fact: expert.ExpertFact) -> None:
            if fact.by_person is None:
                parts = {name: getattr(fact, name) for name in PARTS if hasattr(fact, name)}
                notifications(ctx).say(kind, fact.expert_id, code, by=None, **parts)

        return hear

    return hearing


def on_promotion(code: str) -> Callable[[Ctx, promotion.PromotionFact], None]:
    def hear(ctx: Ctx, fact: promotion.PromotionFact) -> None:
        parts = {name: getattr(fact, name) for name in PROMOTION_PARTS if hasattr(fact, name)}
        notifications(ctx).say("promotion", fact.promotion_id, code, by=None, **parts)

    return hear


EXPERT_LISTENERS: Final = (
    (EXPERT_EVENTS, on_card(OWN)),
    (CALENDAR_EVENTS, on_card(CALENDAR)),
    (PROMOTION_EVENTS, on_promotion),
)


def consultant(ctx: Ctx, expert_id: str) -> list[Person]:
    return [person_of(ctx, expert_for(ctx, expert_id).person_id)]


# Each kind of card that has news for a consultant, by the profile's id.
EXPERT_CARDS: Final[dict[str, Callable[[ChatContext, str, str], Card]]] = {
    OWN: lambda chat, expert_id, note: own_card(chat, expert_for(chat.ctx, expert_id), note),
    CALENDAR: lambda chat, expert_id, note: calendar_card(chat, expert_for(chat.ctx, expert_id), note),
}


def promoted_person(ctx: Ctx, promotion_id: str) -> list[Person]:
    return [person_of(ctx, expert_for(ctx, promotion_for(ctx, promotion_id).expert_id).person_id)]


def promotion_notification_card(chat: ChatContext, subject: str, note: str) -> Card:
    return promotion_card(chat, promotion_for(chat.ctx, subject), note)
