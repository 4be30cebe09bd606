"""Windows that have a name: "this winter", "before Christmas", "next year", "by Friday"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Final

from core.catalogue.language.patterns import any_of, words_meaning
from core.catalogue.language.times.days import DateWindow, end_of_month, open_from, ordered
from core.catalogue.product_names import folded
from core.catalogue.schema import Words

# The first and the last month, on this half of the earth. The heating season is the one of district heating.
SEASONS: Final[Mapping[str, tuple[int, int]]] = {
    "winter": (12, 2),
    "spring": (3, 5),
    "summer": (6, 8),
    "autumn": (9, 11),
    "heating_season": (10, 4),
}
LAST_DAYS: Final[Mapping[str, tuple[int, int]]] = {"by_christmas": (12, 24), "by_new_year": (12, 31)}
YEARS: Final = ("this_year", "next_year")
# The meanings of `words.yaml` that are such windows by themselves.
NAMED: Final = (*SEASONS, *LAST_DAYS, *YEARS)

Reading = Callable[[re.Match[str], date], DateWindow | None]


class NamedWindows:
    """The windows that have names: seasons, years and weekdays.

    `readings`: the patterns of such windows, each with its reader; `weekday`: its bare name.
    `by_weekday`: the pattern to try after all others, because a date may stand beside the day.
    """

    def __init__(self, words: Words) -> None:
        self._next = words_meaning(words, "next_one")
        self._weekdays = {folded(name): number for number, names in words.weekdays.items() for name in names}
        until, starting, during, this, next_one = (
            any_of(words.all(meaning)) for meaning in ("until", "starting", "during", "this_one", "next_one")
        )
        # Without any of these it may be a person's name, or a town: "Sonntag GmbH", "Środa".
        lead = rf"(?:(?P<until>{until})|(?P<starting>{starting})|{during}|{this}|{next_one})"
        self.weekday = re.compile(rf"(?<!\w)(?P<day>{any_of(self._weekdays)})(?!\w)")
        self.readings: tuple[tuple[str, Reading], ...] = (
            *((any_of(words.all(name)), partial(self._season, *months)) for name, months in SEASONS.items()),
            *((any_of(words.all(name)), partial(_until, *day)) for name, day in LAST_DAYS.items()),
            (any_of(words.all("this_year")), lambda _, today: DateWindow(today, date(today.year, 12, 31))),
            (any_of(words.all("next_year")), lambda _, today: _year(today.year + 1)),
        )
        day = rf"{lead}\s+(?:(?:{this}|{next_one})\s+)?{self.weekday.pattern}(?:\s+{next_one})?"
        self.by_weekday: tuple[str, Reading] = (day, self._weekday)

    def _season(self, first: int, last: int, found: re.Match[str], today: date) -> DateWindow:
        """Return the season that has begun or comes next. "Next winter" said in winter is not the present one."""
        year = today.year - 1
        while _season_of(year, first, last).last < today:
            year += 1
        season = _season_of(year, first, last)
        if season.first <= today and not self._next.isdisjoint(found[0].split()):
            season = _season_of(year + 1, first, last)
        return DateWindow(max(today, season.first), season.last)

    def day_of(self, found: re.Match[str], today: date) -> date:
        """Return the next day with the name that `weekday` has found; today counts."""
        return today + timedelta(days=(self._weekdays[found["day"]] - today.isoweekday()) % 7)

    def _weekday(self, found: re.Match[str], today: date) -> DateWindow:
        """Return the day of that name. Said on a Sunday, "next Sunday" is not today."""
        day = self.day_of(found, today)
        if day == today and not self._next.isdisjoint(found[0].split()):
            day += timedelta(days=7)
        if found["until"]:
            return DateWindow(today, day)
        return open_from(day) if found["starting"] else DateWindow(day, day)


def _season_of(year: int, first: int, last: int) -> DateWindow:
    """Return the season that begins in that year."""
    return DateWindow(date(year, first, 1), end_of_month(year + (last < first), last))


def _until(month: int, day: int, _: re.Match[str], today: date) -> DateWindow:
    last = date(today.year, month, day)
    return ordered(today, last if last >= today else date(today.year + 1, month, day))


def _year(year: int) -> DateWindow:
    return DateWindow(date(year, 1, 1), date(year, 12, 31))
