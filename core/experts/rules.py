"""Pure decisions about profiles: fields, rates, rooms, special days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from core.catalogue import Catalogue
from core.experts.hours import DAY, Span, joined
from core.experts.model import Rate, SpecialDay
from core.experts.slots import FURTHEST
from core.experts.times import local
from core.kernel.errors import Invalid
from core.kernel.money import currency_named

# Below it a card costs more than the session; the provider takes no smaller charge either (0.50 in most currencies).
LEAST_SESSION_MINOR: Final = 100
FREE_MINUTES: Final = 10


def check_fields(catalogue: Catalogue, fields: Sequence[str]) -> None:
    """Raises Invalid for a field of expertise that the catalogue does not have."""
    unknown = [field for field in fields if field not in catalogue.expertise]
    if unknown or len(set(fields)) < len(fields):
        raise Invalid("expert.field_unknown", field="fields", given=unknown)


def check_rate(rate: Rate, lengths: Sequence[int]) -> None:
    """Raises Invalid for a rate at which the shortest session would cost next to nothing."""
    currency_named(rate.currency)
    least = rate.minor if rate.basis == "session" else rate.minor * (min(lengths) - FREE_MINUTES)
    if least < LEAST_SESSION_MINOR:
        raise Invalid("expert.rate_too_low", field="rate")


def check_room(room: str, own_link: object) -> None:
    """Raises Invalid when sessions are to be held at a link of their own that is not told."""
    if room == "own" and own_link is None:
        raise Invalid("expert.link_missing", field="own_link")


def check_special_day(command: SpecialDay, now: datetime, zone: str) -> None:
    """Raises Invalid for a day that is over or that nobody can book yet, and for spans that make no sense."""
    today = local(now, zone).date()
    if not today <= command.day <= today + FURTHEST + timedelta(days=1):
        raise Invalid("expert.day_out_of_reach", field="day", first=today, last=today + FURTHEST)
    if any(not 0 <= start < end <= start + DAY or start >= DAY for start, end in command.spans):
        raise Invalid("hours.empty", field="hours", given=command.day)


def week_kept(days: Mapping[int, Sequence[Span]]) -> dict[str, list[list[int]]]:
    """A week as it is kept: every weekday, each with its spans."""
    return {str(day): [[span.start, span.end] for span in joined(tuple(days.get(day, ())))] for day in range(7)}


def spans(kept: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return joined(tuple(Span(start, end) for start, end in kept))
