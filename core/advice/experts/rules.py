"""Pure decisions about profiles: fields, rates, rooms, special days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from core.advice.availability.local_times import local
from core.advice.availability.slots import FURTHEST
from core.advice.availability.weekly_hours import DAY, Span, joined
from core.advice.experts.model import Rate, SpecialDay
from core.advice.free_minutes import FREE_MINUTES
from core.catalogue.model import Catalogue
from core.kernel.errors import Invalid
from core.kernel.lot_sizes import largest_payment, smallest_payment
from core.kernel.money import Money, currency_named

# Relative to the smallest payment for goods (`core.kernel.lot_sizes`): 1.00 and 10,000.00 in euros. Below the first, a
# card payment costs more than the session. Above the second, the price is a slip.
LEAST_SHARE: Final = Fraction(1, 5)
MOST_TIMES: Final = 2000
ABSENCE_AHEAD: Final = timedelta(days=366)  # a holiday may be known long before anybody can book
LONGEST_ABSENCE: Final = timedelta(days=92)  # a longer absence is a pause


def check_fields(catalogue: Catalogue, fields: Sequence[str]) -> None:
    """Raises Invalid for a field of expertise that the catalogue does not have."""
    unknown = [field for field in fields if field not in catalogue.expertise]
    if unknown or len(set(fields)) < len(fields):
        raise Invalid("expert.field_unknown", field="fields", given=unknown)


def check_rate(rate: Rate, lengths: Sequence[int]) -> None:
    """Raise Invalid if the shortest session costs next to nothing, or the longest exceeds the largest payment."""
    currency_named(rate.currency)
    by_minute = rate.basis == "minute"
    shortest = rate.minor * (min(lengths) - FREE_MINUTES) if by_minute else rate.minor
    if shortest < least_rate(rate.currency).minor:
        raise Invalid("expert.rate_too_low", field="rate", least=least_rate(rate.currency))
    longest = rate.minor * max(lengths) if by_minute else rate.minor
    check_most(rate.amount)
    if longest > largest_payment(rate.currency).minor:
        most = Money(largest_payment(rate.currency).minor // max(lengths), rate.currency)
        raise Invalid("expert.rate_out_of_reach", field="rate", given=rate.amount, most=most)


def check_most(amount: Money) -> None:
    """Raise Invalid if a session or a minute costs far above the usual, or above the largest payment."""
    usual = smallest_payment(amount.currency).minor * MOST_TIMES
    most = Money(min(usual, largest_payment(amount.currency).minor), amount.currency)
    if amount > most:
        raise Invalid("expert.rate_out_of_reach", field="rate", given=amount, most=most)


def least_rate(currency: str) -> Money:
    """Return the least price of the shortest session."""
    return Money(int(smallest_payment(currency).minor * LEAST_SHARE), currency)


def check_room(room: str, own_link: object) -> None:
    """Raise Invalid when sessions are to be held at a link of the consultant's own, and none is given."""
    if room == "own" and own_link is None:
        raise Invalid("expert.link_missing", field="own_link")


def check_special_day(command: SpecialDay, now: datetime, zone: str) -> None:
    """Check a special day. Raises Invalid for a day that is over or not bookable yet, and for impossible spans."""
    today = local(now, zone).date()
    if not today <= command.day <= today + FURTHEST + timedelta(days=1):
        raise Invalid("expert.day_out_of_reach", field="day", first=today, last=today + FURTHEST)
    if any(not 0 <= start < end <= start + DAY or start >= DAY for start, end in command.spans):
        raise Invalid("hours.empty", field="hours", given=command.day)


def check_absence(first: date, last: date, today: date) -> None:
    """Raises Invalid for days that are over, that are too far ahead, or too many."""
    furthest = min(first + LONGEST_ABSENCE, today + ABSENCE_AHEAD)
    if not today <= first <= last <= furthest:
        raise Invalid("expert.day_out_of_reach", field="days", first=today, last=max(furthest, today))


def week_kept(days: Mapping[int, Sequence[Span]]) -> dict[str, list[list[int]]]:
    """Return a week as it is stored: every weekday, each with its spans."""
    return {str(day): [[span.start, span.end] for span in joined(tuple(days.get(day, ())))] for day in range(7)}


def spans(kept: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return joined(tuple(Span(start, end) for start, end in kept))
