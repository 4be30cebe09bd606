"""Reads dates in people's texts: "27 Nov", "Nov 27th", "27.11.", "2026-11-27", "24-26 Dec", "next week".

Names of months come from CLDR, through Babel, in eleven languages. A date without a year is the next such day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from babel import Locale

from core.advice.availability import day_words
from core.advice.availability.day_words import any_language
from core.advice.availability.weekly_hours import TO, names_of_days
from core.catalogue.product_names import folded
from core.catalogue.schema import LANGUAGES
from core.kernel.errors import Invalid

NEXT_WEEK: Final = re.compile(rf"\b(?:{'|'.join(sorted(any_language(day_words.NEXT_WEEK)))})\b")
DASHES: Final = ("-", "–")
ORDINAL: Final = r"(?:st|nd|rd|th|er|º|\.)?"
LONGEST_RANGE: Final = timedelta(days=62)
PASSED_LATELY: Final = timedelta(days=31)  # "24 Dec" said on the 27th is a slip, not a plan for next year


@dataclass(frozen=True, slots=True)
class Named:
    """Days named in a text, the first and the last; `start` and `end` are positions in the text."""

    start: int
    end: int
    first: date
    last: date


def dates_in(text: str, language: str, today: date) -> list[Named]:
    """Return the dates of a text that is `folded`, in order; two with a dash between are one range.

    Raises Invalid for a day that is in no calendar ("31 Nov") and for a range that ends before it begins.
    """
    found: list[Named] = []
    for each in sorted((*_each(text, language, today), *_next_weeks(text, today)), key=lambda named: named.start):
        between = text[found[-1].end : each.start].strip() if found else ""
        if found and (between in ("-", "–", "—") or between in TO):
            begin = found.pop()
            last = each.last if each.last >= begin.first else _next_year(each.last)
            found.append(_checked(Named(begin.start, each.end, begin.first, last)))
        else:
            found.append(_checked(each))
    return found


def _each(text: str, language: str, today: date) -> Iterator[Named]:
    pattern, months = _pattern(language), _months(language)
    for match in pattern.finditer(text):
        part = {name.rstrip("123456"): value for name, value in match.groupdict().items() if value is not None}
        if "month_name" in part:
            name = part["month_name"]
            if name in _names_that_are_days(language) and ("from" in part or _is_weekday_between_hours(text, match)):
                continue
            month = months[name]
        else:
            month = int(part["month"])
        year = int(part["year"]) if "year" in part else None
        last = _day(int(part["day"]), month, year, today, match.group())
        first = _day(int(part["from"]), month, year, today, match.group()) if "from" in part else last
        yield Named(match.start(), match.end(), first, last)


def _next_weeks(text: str, today: date) -> Iterator[Named]:
    """Return the dates of "next week", from its Monday to its Sunday."""
    monday = today + timedelta(days=7 - today.weekday())
    for match in NEXT_WEEK.finditer(text):
        yield Named(match.start(), match.end(), monday, monday + timedelta(days=6))


def _is_weekday_between_hours(text: str, match: re.Match[str]) -> bool:
    """Return whether a month's name is a weekday between hours ("lun 9-12 mar 14-17"), not a date ("9 Mar - 25")."""
    before, behind, dated = text[: match.start()].rstrip(), text[match.end() :].lstrip(), match.re
    if behind.startswith(DASHES):
        other = dated.match(behind[1:].lstrip())
        return other is None or other["month_name4"] is None
    if before.endswith(DASHES):
        began = before[:-1].rstrip()
        return all(each.end() != len(began) or each["month_name4"] is None for each in dated.finditer(began))
    return False


def _day(day: int, month: int, year: int | None, today: date, given: str) -> date:
    """Return the day in this year or the next, where no year is named. 29 February is in one of them at most."""
    found: list[date] = []
    for each in (today.year, today.year + 1) if year is None else (year,):
        with suppress(ValueError):
            found.append(date(each, month, day))
    if not found:
        raise Invalid("hours.no_such_day", field="hours", given=given.strip())
    return next((each for each in found if each >= today - PASSED_LATELY), found[-1])


def _next_year(day: date) -> date:
    return date(day.year + 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _checked(named: Named) -> Named:
    if not timedelta() <= named.last - named.first <= LONGEST_RANGE:
        raise Invalid("hours.range_unclear", field="hours", first=named.first, last=named.last)
    return named


@cache
def _pattern(language: str) -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(_months(language), key=len, reverse=True))
    range_ = r"(?:(?P<from{0}>\d{{1,2}})\.?\s*[-–]\s*)?"
    return re.compile(
        r"(?P<year1>\d{4})-(?P<month1>\d{2})-(?P<day1>\d{2})"
        rf"|(?<![\d:.]){range_.format(2)}(?P<day2>\d{{1,2}})\.\s?(?P<month2>\d{{1,2}})\.(?:\s?(?P<year2>\d{{4}}))?"
        r"|(?<![\d/])(?P<day3>\d{1,2})/(?P<month3>\d{1,2})(?:/(?P<year3>\d{4}))?(?![\d/])"
        rf"|(?<![\d:.]){range_.format(4)}(?P<day4>\d{{1,2}}){ORDINAL}\s*(?:of\s+|de\s+)?"
        rf"(?P<month_name4>{names})\b\.?(?:,?\s+(?:de\s+)?(?P<year4>20\d\d)\b)?"
        rf"|\b(?P<month_name5>{names})\b\.?\s+(?P<day5>\d{{1,2}})(?!\d){ORDINAL}(?!\s*[-–:h])(?:,?\s+(?P<year5>20\d\d)\b)?"
    )


@cache
def _months(language: str) -> dict[str, int]:
    """Return names of months: the speaker's own language wins, then English, then the others."""
    names: dict[str, int] = {}
    for code in dict.fromkeys((language if language in LANGUAGES else "en", "en", *LANGUAGES)):
        months = Locale.parse(code).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in months[context].get(width, {}).items():
                    known = folded(name.rstrip("."))
                    if len(known) >= 3 and not known.isdigit():
                        names.setdefault(known, month)
    return names


@cache
def _names_that_are_days(language: str) -> Sequence[str]:
    days = names_of_days(language)
    return tuple(name for name in _months(language) if name in days)
