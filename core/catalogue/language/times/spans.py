"""Parts of a month or a year, and time counted from today: "mid December", "by the end of the year", "in two weeks"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from core.catalogue.language.patterns import any_of
from core.catalogue.language.times.days import YEAR, DateWindow, end_of_month, open_from, ordered
from core.catalogue.product_names import folded
from core.catalogue.schema import Words

# Which days of a month these are (None: its last), and which months of a year.
PARTS_OF_MONTH: Final[Mapping[str, tuple[int, int | None]]] = {
    "early": (1, 10),
    "middle": (11, 20),
    "late": (21, None),
    "first_half": (1, 15),
    "second_half": (16, None),
    "first_week": (1, 7),
    "last_week": (24, None),
}
PARTS_OF_YEAR: Final[Mapping[str, tuple[int, int]]] = {
    "early": (1, 2),
    "middle": (6, 7),
    "late": (12, 12),
    "first_half": (1, 6),
    "second_half": (7, 12),
}
DAYS: Final[Mapping[str, int]] = {"days": 1, "weeks": 7, "span_months": 30}
COUNTS: Final = ("one", "two", "three", "four")
# The meanings of `words.yaml` without whose words there is no such window, beside the names of months.
TELLING: Final = (*PARTS_OF_MONTH, "month_end", "year_end", *DAYS)

Reading = Callable[[re.Match[str], date], DateWindow | None]


class Spans:
    """`readings`: the patterns of such windows, each with its reader, to be tried in turn."""

    def __init__(self, words: Words) -> None:
        months = (*words.months.items(), *words.genitives.items())
        self._months = {folded(name): number for number, names in months for name in names}
        self._parts = {folded(word): part for part in PARTS_OF_MONTH for word in words.all(part)}
        self._counts = {folded(word): number for number, name in enumerate(COUNTS, 1) for word in words.all(name)}
        self._days = {folded(word): days for unit, days in DAYS.items() for word in words.all(unit)}

        def said(*meanings: str) -> str:
            return any_of(word for meaning in meanings for word in words.all(meaning))

        whole = (
            rf"(?:(?P<month>{any_of(self._months)})\.?(?:\s+(?P<y>{YEAR}))?|(?P<next>{said('next_month')})"
            rf"|(?P<this>{said('this_month', 'the_month')})|(?P<of_year>{said('the_year')}|{YEAR}))"
        )
        part = rf"(?P<part>{any_of(self._parts)})"
        limit = rf"(?:(?:(?P<until>{said('until')})|(?P<starting>{said('starting')})|{said('during')})\s+)?"
        count = rf"(?P<count>[0-9]{{1,2}}|{any_of(self._counts)})\s+(?P<unit>{any_of(self._days)})"
        self.readings: tuple[tuple[str, Reading], ...] = (
            (rf"{limit}{part}(?:[\s-]+(?:{said('of')}\s*)?){whole}", self._part),
            (rf"{limit}{whole}\s+{part}", self._part),
            (rf"{limit}(?:(?P<this>{said('month_end')})|(?P<of_year>{said('year_end')}))", self._part),
            (rf"{said('in_time')}\s+{count}", self._from_today),
            (rf"{count}\s+{said('in_time_behind')}", self._from_today),
        )

    def _part(self, found: re.Match[str], today: date) -> DateWindow | None:
        said = found.groupdict()
        part = self._parts[re.sub(r"\s+", " ", said.get("part") or "")] if said.get("part") else "late"
        window = self._of_year(said["of_year"], part, today) if said["of_year"] else self._of_month(said, part, today)
        if window is None or not said["until"]:
            return open_from(window.first) if window and said["starting"] else window
        return ordered(today, window.last)

    def _of_month(self, said: Mapping[str, str | None], part: str, today: date) -> DateWindow:
        first, last = PARTS_OF_MONTH[part]

        def of(year: int, month: int) -> DateWindow:
            return DateWindow(date(year, month, first), date(year, month, last) if last else end_of_month(year, month))

        if not said.get("month"):
            month = end_of_month(today.year, today.month) + timedelta(days=1) if said.get("next") else today
            return of(month.year, month.month)
        number = self._months[said["month"] or ""]
        if said["y"]:
            return of(int(said["y"]), number)
        window = of(today.year, number)
        return window if window.last >= today else of(today.year + 1, number)

    @staticmethod
    def _of_year(said: str, part: str, today: date) -> DateWindow | None:
        if part not in PARTS_OF_YEAR:
            return None
        first, last = PARTS_OF_YEAR[part]
        year = int(said) if said.isdigit() else today.year + (last < today.month)
        return DateWindow(date(year, first, 1), end_of_month(year, last))

    def _from_today(self, found: re.Match[str], today: date) -> DateWindow:
        count = int(found["count"]) if found["count"].isdigit() else self._counts[found["count"]]
        return ordered(today, today + timedelta(days=count * self._days[found["unit"]]))
