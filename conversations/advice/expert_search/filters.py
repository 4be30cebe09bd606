"""Filters of a list of consultants: free now, well rated, awake at my hours, one field.

Each is a chip that a tap removes. A new problem starts without filters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card
from core.advice.experts.model import Expert
from core.advice.reviews.service import review_summary_of
from core.kernel.chat_state.memory import Topic, read_list, write_list

FILTERS: Final = Topic("seek_only", read_list, write_list)
FLAGS: Final = ("now", "rated", "near")
FIELD: Final = "field:"
NEAR: Final = timedelta(hours=2)  # between two clocks whose working days overlap well
FIELDS_OFFERED: Final = 8
IN_A_ROW: Final = 2


@dataclass(frozen=True, slots=True)
class Narrowing:
    now: bool = False
    rated: bool = False
    near: bool = False
    field: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The filters as buttons carry them: "now", "rated", "near", "field:legal"."""
        plain = tuple(name for name in FLAGS if getattr(self, name))
        return (*plain, f"{FIELD}{self.field}") if self.field else plain

    def having(self, name: str, *, on: bool) -> Narrowing:
        """Return the filters with or without this one. An unknown filter changes nothing."""
        if name.startswith(FIELD):
            return replace(self, field=name.removeprefix(FIELD) if on else None)
        changed: dict[str, Any] = {name: on} if name in FLAGS else {}
        return replace(self, **changed)


def narrowing_of(chat: ChatContext) -> Narrowing:
    narrowing = Narrowing()
    for name in chat.memory.get(FILTERS) or ():
        narrowing = narrowing.having(name, on=True)
    return narrowing


def keep_narrowing(chat: ChatContext, narrowing: Narrowing) -> None:
    if narrowing.names or chat.memory.get(FILTERS):
        chat.memory.put(FILTERS, narrowing.names)


def passes(chat: ChatContext, narrowing: Narrowing, expert: Expert) -> bool:
    return (
        (not narrowing.now or expert.is_free_at(chat.ctx.now))
        and (not narrowing.near or _hours_between(chat, expert) <= NEAR)
        and (narrowing.field is None or narrowing.field in expert.fields)
        and (not narrowing.rated or _is_rated(chat, expert))
    )


def narrowed_rows(chat: ChatContext, narrowing: Narrowing) -> list[tuple[Button, ...]]:
    """Return a chip for each filter, and a way to more of them."""
    chips = [
        Button(label=f"✕ {filter_in_words(chat, name)}"[:60], press=press("seek.narrow", choice=f"-{name}"))
        for name in narrowing.names
    ]
    more = Button(label=chat.words("seek.narrow"), press=press("seek.narrow"))
    buttons = [*chips, more]
    return [tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW)]


def narrowing_card(chat: ChatContext, narrowing: Narrowing, found: Sequence[Expert]) -> Card:
    """Return the filters that can be added, in place of the list. Fields are those of the listed consultants."""
    fields = Counter(field for expert in found for field in expert.fields)
    offered = [name for name in FLAGS if name not in narrowing.names]
    offered += [f"{FIELD}{field}" for field, _ in fields.most_common(FIELDS_OFFERED) if field != narrowing.field]
    buttons = [
        Button(label=filter_in_words(chat, name)[:60], press=press("seek.narrow", choice=f"+{name}"))
        for name in offered
    ]
    rows = [tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW)]
    back = Button(label=chat.words("seek.back_to_list"), press=press("seek.narrow", choice="="))
    return Card(
        subject="experts",
        title=chat.words("seek.narrow_title"),
        text=chat.words("seek.narrow_text"),
        buttons=(*rows, (back,)),
        as_new_message=chat.as_new_message,
    )


def filter_in_words(chat: ChatContext, name: str) -> str:
    if name.startswith(FIELD):
        known = chat.market_context.catalogue.expertise.get(name.removeprefix(FIELD))
        return name if known is None else known.title(chat.words.language)
    return chat.words(f"seek.only_{name}")


def _hours_between(chat: ChatContext, expert: Expert) -> timedelta:
    """Return the current difference between the two time zones."""
    mine, theirs = (chat.ctx.now.astimezone(zone).utcoffset() for zone in (chat.words.zone, ZoneInfo(expert.zone)))
    return abs((mine or timedelta()) - (theirs or timedelta()))


def _is_rated(chat: ChatContext, expert: Expert) -> bool:
    stars = review_summary_of(chat.ctx, expert.person_id).stars
    return stars is not None and Decimal(stars) >= chat.words.rules.well_rated_stars
