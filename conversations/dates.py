"""Days in words, in one style per language: alone, with the weekday, or as the ends of a span.

Unicode CLDR has the patterns. Lithuanian has its own here, because CLDR's patterns are not in use.

CLDR writes figures ("2026-11-23") but an unusual order of words ("2026 lapkr. 23–29"). Letters and contracts say "2026
m. lapkričio 23–29 d.".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton

WITH_YEAR: Final = "yMMMd"
WITHOUT_YEAR: Final = "MMMd"
WITH_WEEKDAY: Final = "MMMEd"
LEADING_ZERO: Final = re.compile(r"(?<![0-9])0(?=[1-9](?![0-9]))")  # for Italian spans only
OWN_PATTERNS: Final[Mapping[str, Mapping[str, str]]] = {
    "lt": {WITH_YEAR: "y 'm'. MMMM d 'd'.", WITHOUT_YEAR: "MMMM d 'd'.", WITH_WEEKDAY: "EEE, MMMM d 'd'."},
    "lv": {WITH_YEAR: "y. 'gada' d. MMM"},  # as CLDR's own spans have it
}


def day_in_words(day: date, locale: Locale) -> str:
    """ "23 Nov 2026" """
    return _written(day, WITH_YEAR, locale)


def weekday_in_words(day: date, locale: Locale) -> str:
    """ "Mon 23 Nov" """
    return _written(day, WITH_WEEKDAY, locale)


def span_in_words(first: date, last: date, locale: Locale, *, with_year: bool = True) -> str:
    """Return two days as a span, with shared parts once: "23–29 Nov 2026"; or one day if they are equal."""
    skeleton = WITH_YEAR if with_year else WITHOUT_YEAR
    if first == last:
        return _written(first, skeleton, locale)
    if locale.language == "lt":
        return _lithuanian_span(first, last, locale, with_year=with_year)
    return LEADING_ZERO.sub("", str(format_interval(first, last, skeleton, locale=locale)))


def month_in_words(month: date, locale: Locale) -> str:
    """ "November 2026" """
    return format_skeleton("yMMMM", month, locale=locale)


def _lithuanian_span(first: date, last: date, locale: Locale, *, with_year: bool) -> str:
    """Return "2026 m. lapkričio 23–29 d.", "2026 m. lapkričio 23 d. – gruodžio 5 d.", with shared parts once."""
    begins = _written(first, WITH_YEAR if with_year else WITHOUT_YEAR, locale)
    if (first.year, first.month) == (last.year, last.month):
        return f"{begins.removesuffix(' d.')}–{last.day} d."
    again = WITH_YEAR if with_year and first.year != last.year else WITHOUT_YEAR
    return f"{begins} – {_written(last, again, locale)}"


def _written(day: date, skeleton: str, locale: Locale) -> str:
    pattern = OWN_PATTERNS.get(locale.language, {}).get(skeleton)
    return format_date(day, pattern, locale) if pattern else format_skeleton(skeleton, day, locale=locale)
