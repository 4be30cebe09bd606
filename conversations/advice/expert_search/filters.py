"""What a list of consultants is narrowed to beyond the words of the problem: who is free now, well rated, awake when I
am, in one field. Each is a chip that a tap gives up; a new problem begins without any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from conversations.buttons import press
from conversations.chat_context import Talk
from conversations.reply import Button, Card
from core.advice.experts import service as experts
from core.advice.experts.model import Expert
from core.advice.reviews.service import standing_of
from core.kernel.chat_state.service import recall, remember

TOPIC: Final = "seek_only"
FIELD: Final = "field:"
WELL: Final = Decimal(4)  # of five stars
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
    def wishes(self) -> tuple[str, ...]:
        """As they stand on buttons: "now", "rated", "near", "field:legal"."""
        plain = tuple(name for name in ("now", "rated", "near") if getattr(self, name))
        return (*plain, f"{FIELD}{self.field}") if self.field else plain

    def having(self, wish: str, *, on: bool) -> Narrowing:
        """With this wish, or without it; what is no wish changes nothing."""
        match wish:
            case "now":
                return replace(self, now=on)
            case "rated":
                return replace(self, rated=on)
            case "near":
                return replace(self, near=on)
            case _ if wish.startswith(FIELD):
                return replace(self, field=wish.removeprefix(FIELD) if on else None)
            case _:
                return self


def narrowing_of(talk: Talk) -> Narrowing:
    narrowing = Narrowing()
    for wish in recall(talk.ctx, talk.person.id, TOPIC).split():
        narrowing = narrowing.having(wish, on=True)
    return narrowing


def keep_narrowing(talk: Talk, narrowing: Narrowing) -> None:
    if narrowing.wishes or recall(talk.ctx, talk.person.id, TOPIC):
        remember(talk.ctx, talk.person.id, TOPIC, " ".join(narrowing.wishes))


def passes(talk: Talk, narrowing: Narrowing, expert: Expert) -> bool:
    return (
        (not narrowing.now or experts.is_free_now(talk.ctx, expert))
        and (not narrowing.near or _apart(talk, expert) <= NEAR)
        and (narrowing.field is None or narrowing.field in expert.fields)
        and (not narrowing.rated or _is_rated(talk, expert))
    )


def narrowed_rows(talk: Talk, narrowing: Narrowing) -> list[tuple[Button, ...]]:
    """A chip for each wish, and the way to more of them."""
    chips = [
        Button(label=f"✕ {wish_in_words(talk, wish)}"[:60], press=press("seek.narrow", choice=f"-{wish}"))
        for wish in narrowing.wishes
    ]
    more = Button(label=talk.words("seek.narrow"), press=press("seek.narrow"))
    buttons = [*chips, more]
    return [tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW)]


def narrowing_card(talk: Talk, narrowing: Narrowing, found: Sequence[Expert]) -> Card:
    """The wishes that can be added, in the place of the list; fields only such as somebody of it advises in."""
    fields = Counter(field for expert in found for field in expert.fields)
    offered = [wish for wish in ("now", "rated", "near") if wish not in narrowing.wishes]
    offered += [f"{FIELD}{field}" for field, _ in fields.most_common(FIELDS_OFFERED) if field != narrowing.field]
    buttons = [
        Button(label=wish_in_words(talk, wish)[:60], press=press("seek.narrow", choice=f"+{wish}")) for wish in offered
    ]
    rows = [tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW)]
    back = Button(label=talk.words("seek.back_to_list"), press=press("seek.narrow", choice="="))
    return Card(
        subject="experts",
        title=talk.words("seek.narrow_title"),
        text=talk.words("seek.narrow_text"),
        buttons=(*rows, (back,)),
        fresh=talk.fresh,
    )


def wish_in_words(talk: Talk, wish: str) -> str:
    if wish.startswith(FIELD):
        known = talk.almanac.catalogue.expertise.get(wish.removeprefix(FIELD))
        return wish if known is None else known.title(talk.words.language)
    return talk.words(f"seek.only_{wish}")


def _apart(talk: Talk, expert: Expert) -> timedelta:
    """How far the two clocks are apart just now."""
    mine, theirs = (talk.ctx.now.astimezone(zone).utcoffset() for zone in (talk.words.zone, ZoneInfo(expert.zone)))
    return abs((mine or timedelta()) - (theirs or timedelta()))


def _is_rated(talk: Talk, expert: Expert) -> bool:
    stars = standing_of(talk.ctx, expert.person_id).stars
    return stars is not None and Decimal(stars) >= WELL
