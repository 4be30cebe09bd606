"""What consultants hear about themselves: a request missed, not being shown any more, their own calendar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from conversations.consulting.own_card import own_card
from conversations.facts import gathered
from conversations.reply import Card
from conversations.talk import Talk
from core.experts import events as expert
from core.experts.service import expert_for
from core.kernel.transaction import Ctx
from core.people.model import Person
from core.people.service import person_of

OWN: Final = "expert"
EXPERT_FACTS: Final[dict[type[Any], str]] = {
    expert.RequestMissed: "notice.expert_missed",
    expert.ExpertPaused: "notice.expert_paused",
    expert.ExpertListed: "notice.expert_listed",
    expert.CalendarRead: "notice.calendar_read",
    expert.CalendarUnreadable: "notice.calendar_unreadable",
}
PARTS: Final = ("why", "count")


def on_expert(code: str) -> Callable[[Ctx, expert.ExpertFact], None]:
    """What the consultant did themselves is answered where they did it; here is what time and others did."""

    def hear(ctx: Ctx, fact: expert.ExpertFact) -> None:
        if fact.by_person is None:
            parts = {name: getattr(fact, name) for name in PARTS if hasattr(fact, name)}
            gathered(ctx).say(OWN, fact.expert_id, code, by=None, **parts)

    return hear


EXPERTS_HEARD: Final = ((EXPERT_FACTS, on_expert),)


def consultant(ctx: Ctx, expert_id: str) -> list[Person]:
    return [person_of(ctx, expert_for(ctx, expert_id).person_id)]


def own_news(talk: Talk, expert_id: str, note: str) -> Card:
    return own_card(talk, expert_for(talk.ctx, expert_id), note)
