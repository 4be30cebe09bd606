"""Days as people read them: in one style for each language, alone, with their weekday, or as the ends of a span.

Unicode CLDR has the patterns. Where it writes a single day otherwise than the days of a span ("2026-11-23" beside "2026
lapkr. 23–29"), the day is written as those are.
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
LEADING_ZERO: Final = re.compile(r"(?<![0-9])0(?=[1-9](?![0-9]))")  # of Italian spans alone
AS_IN_SPANS: Final[Mapping[str, Mapping[str, str]]] = {
    "lt": {WITH_YEAR: "y MMM d", WITHOUT_YEAR: "MMM d", WITH_WEEKDAY: "EEE, MMM d"},
    "lv": {WITH_YEAR: "y. 'gada' d. MMM"},
}


def day_in_words(day: date, locale: Locale) -> str:
    """ "23 Nov 2026" """
    return _written(day, WITH_YEAR, locale)


def weekday_in_words(day: date, locale: Locale) -> str:
    """ "Mon 23 Nov" """
    return _written(day, WITH_WEEKDAY, locale)


def span_in_words(first: date, last: date, locale: Locale, *, with_year: bool = True) -> str:
    """Two days, what they share said once: "23–29 Nov 2026"; one day, where they are the same."""
    skeleton = WITH_YEAR if with_year else WITHOUT_YEAR
    if first == last:
        return _written(first, skeleton, locale)
    return LEADING_ZERO.sub("", str(format_interval(first, last, skeleton, locale=locale)))


def _written(day: date, skeleton: str, locale: Locale) -> str:
    pattern = AS_IN_SPANS.get(locale.language, {}).get(skeleton)
    return format_date(day, pattern, locale) if pattern else format_skeleton(skeleton, day, locale=locale)
