"""Reads changes of hours from one message: "Fri 27 Nov 14-16", "not this Friday", "24-26 Dec closed; Mon 10-12".

A clause that names a date, or "this Friday", is about those days alone. Any other is about every week, as in
`weekly_hours`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from core.advice.availability import day_words
from core.advice.availability.dates import Named, dates_in
from core.advice.availability.day_words import any_language
from core.advice.availability.weekly_hours import (
    LONGEST_SENTENCE,
    SILENT,
    TO,
    Hours,
    Span,
    Towns,
    days_named,
    names_of_days,
    read_hours,
)
from core.catalogue.product_names import folded
from core.catalogue.schema import LANGUAGES
from core.kernel.errors import Invalid

DAY_BY_DAY: Final = "mon"  # hours of one date are read as those of one weekday
CLOSED: Final = "closed"
WORD: Final = re.compile(r"[^\W\d_](?:'?[^\W\d_])*")
THIS, NOT, CHANGE = (
    any_language(day_words.THIS),
    any_language(day_words.NOT),
    any_language(day_words.CHANGE),
)
SEPARATOR: Final = re.compile(r"[;\n]")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of hours: the `week`'s new ones, if any, and those of single `days`, closed without spans."""

    week: Hours | None
    days: dict[date, tuple[Span, ...]] = field(default_factory=dict)


def read_change(sentence: str, language: str, today: date, towns: Towns | None = None) -> Change:
    """Return the change that a sentence describes. Raises Invalid naming the odd word, or what is missing."""
    if len(sentence) > LONGEST_SENTENCE:
        raise Invalid("hours.too_long", field="hours", most=LONGEST_SENTENCE)
    weekly: list[str] = []
    days: dict[date, tuple[Span, ...]] = {}
    for clause in filter(str.strip, SEPARATOR.split(sentence)):
        text = folded(clause)
        dates = dates_in(text, language, today) or _these(text, language, today)
        if dates:
            days |= _of_dates(text, dates, language)
        else:
            weekly.append(clause)
    week = read_hours(";".join(weekly), language, towns) if weekly or not days else None
    return Change(week, days)


def is_bare_change(sentence: str, language: str) -> bool:
    """Return whether a sentence only says that a day is to change, and not how: "change Friday"."""
    words = WORD.findall(folded(sentence))
    named = [word for word in words if days_named(word, language)]
    return bool(named) and not CHANGE.isdisjoint(words) and all(word in SILENT or word in named for word in words)


def next_of(weekday: int, today: date) -> date:
    """Return the next such weekday, today included."""
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _these(text: str, language: str, today: date) -> list[Named]:
    """Return the days of "this Friday": the next one. A day's own short name in the language keeps its meaning."""
    own = names_of_days(language if language in LANGUAGES else "en")
    found: list[Named] = []
    words = list(WORD.finditer(text))
    for before, word in pairwise(words):
        days = days_named(word[0], language)
        between = text[before.end() : word.start()]
        if before[0] in THIS and before[0] not in own and len(days) == 1 and not between.strip():
            day = next_of(days[0], today)
            found.append(Named(before.start(), word.end(), day, day))
    return found


def _of_dates(text: str, dates: Sequence[Named], language: str) -> dict[date, tuple[Span, ...]]:
    """Return the hours of one clause's dates: the text that is left without the dates."""
    for word in WORD.findall(text[: dates[0].start])[-1:]:
        # "Off until 12 January" does not say from when; "Do 24. Dez." begins with a Thursday.
        if word in TO and word not in names_of_days(language):
            raise Invalid("hours.word_unknown", field="hours", given=word)
    rest = text
    for each in reversed(dates):
        rest = f"{rest[: each.start]} {rest[each.end :]}"
    words = WORD.findall(rest)
    negated = [word for word in words if word in NOT and not any(letter.isdigit() for letter in rest)]
    named = [word for word in words if word in names_of_days(language) and word not in negated]
    _check_weekdays(named, dates, language)
    for word in named:
        rest = re.sub(rf"\b{re.escape(word)}\b\.?", " ", rest)
    for word in negated:  # "not this Friday"
        rest = re.sub(rf"\b{re.escape(word)}\b", CLOSED, rest)
    hours = read_hours(f"{DAY_BY_DAY} {rest.strip(' ,:')}", "en" if language == "en" else language)
    if hours.zone is not None:
        raise Invalid("hours.one_zone", field="hours")
    (spans,) = hours.days.values()
    length = {each: (each.last - each.first).days + 1 for each in dates}
    return {each.first + timedelta(days=n): spans for each in dates for n in range(length[each])}


def _check_weekdays(named: Sequence[str], dates: Sequence[Named], language: str) -> None:
    """Raise Invalid for "Fri 26 Nov" when that is a Thursday: either may be the mistake."""
    known = {names_of_days(language)[word] for word in named}
    ends = {day.weekday() for each in dates for day in (each.first, each.last)}
    if known and known != ends:
        raise Invalid("hours.not_that_weekday", field="hours", day=dates[0].first)
