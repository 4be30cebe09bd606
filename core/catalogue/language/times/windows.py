"""Delivery windows as people say them: "next week", "W37-2026", "in March", "by 15 Dec", "1-15.10.2026".

They also have names ("this winter", "before Christmas"), and are parts of a month or a year, or counted from today.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final

from core.catalogue.language.patterns import any_of, words_meaning
from core.catalogue.language.times.days import (
    YEAR,
    DateWindow,
    OpenWindow,
    a_day,
    end_of_month,
    monday_of,
    next_such_day,
    open_from,
    ordered,
)
from core.catalogue.product_names import folded
from core.catalogue.schema import Words
from core.kernel.errors import Refusal

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

        def any_word(*meanings: str) -> str:
            return any_of(word for meaning in meanings for word in words.all(meaning))

        whole = (
            rf"(?:(?P<month>{any_of(self._months)})\.?(?:\s+(?P<y>{YEAR}))?|(?P<next>{any_word('next_month')})"
            rf"|(?P<this>{any_word('this_month', 'the_month')})|(?P<of_year>{any_word('the_year')}|{YEAR}))"
        )
        part = rf"(?P<part>{any_of(self._parts)})"
        limit = rf"(?:(?:(?P<until>{any_word('until')})|(?P<starting>{any_word('starting')})|{any_word('during')})\s+)?"
        count = rf"(?P<count>[0-9]{{1,2}}|{any_of(self._counts)})\s+(?P<unit>{any_of(self._days)})"
        self.readings: tuple[tuple[str, Reading], ...] = (
            (rf"{limit}{part}(?:[\s-]+(?:{any_word('of')}\s*)?){whole}", self._part),
            (rf"{limit}{whole}\s+{part}", self._part),
            (rf"{limit}(?:(?P<this>{any_word('month_end')})|(?P<of_year>{any_word('year_end')}))", self._part),
            (rf"{any_word('in_time')}\s+{count}", self._from_today),
            (rf"{count}\s+{any_word('in_time_behind')}", self._from_today),
        )

    def _part(self, found: re.Match[str], today: date) -> DateWindow | None:
        groups = found.groupdict()
        name = self._parts[re.sub(r"\s+", " ", groups.get("part") or "")] if groups.get("part") else "late"
        window = (
            self._of_year(groups["of_year"], name, today) if groups["of_year"] else self._of_month(groups, name, today)
        )
        if window is None or not groups["until"]:
            return open_from(window.first) if window and groups["starting"] else window
        return ordered(today, window.last)

    def _of_month(self, groups: Mapping[str, str | None], part: str, today: date) -> DateWindow:
        first, last = PARTS_OF_MONTH[part]

        def of(year: int, month: int) -> DateWindow:
            return DateWindow(date(year, month, first), date(year, month, last) if last else end_of_month(year, month))

        if not groups.get("month"):
            month = end_of_month(today.year, today.month) + timedelta(days=1) if groups.get("next") else today
            return of(month.year, month.month)
        number = self._months[groups["month"] or ""]
        if groups["y"]:
            return of(int(groups["y"]), number)
        window = of(today.year, number)
        return window if window.last >= today else of(today.year + 1, number)

    @staticmethod
    def _of_year(name: str, part: str, today: date) -> DateWindow | None:
        if part not in PARTS_OF_YEAR:
            return None
        first, last = PARTS_OF_YEAR[part]
        year = int(name) if name.isdigit() else today.year + (last < today.month)
        return DateWindow(date(year, first, 1), end_of_month(year, last))

    def _from_today(self, found: re.Match[str], today: date) -> DateWindow:
        count = int(found["count"]) if found["count"].isdigit() else self._counts[found["count"]]
        return ordered(today, today + timedelta(days=count * self._days[found["unit"]]))


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
    return DateWindow(date(year, first, 1), end_of_month(year + (last < first), last))


def _until(month: int, day: int, _: re.Match[str], today: date) -> DateWindow:
    last = date(today.year, month, day)
    return ordered(today, last if last >= today else date(today.year + 1, month, day))


def _year(year: int) -> DateWindow:
    return DateWindow(date(year, 1, 1), date(year, 12, 31))


RELATIVE_WINDOWS = ("today", "tomorrow", "this_week", "next_week", "this_month", "next_month")
# What a window that no word of months, weeks or spans names is written with: "15.12.", "1-15.10.2026", "kw50", "q1".
FIGURES_OF_TIME = re.compile(r"[0-9]\s?[-–./]\s?[0-9]|[^\W\d_]\.?[0-9]")
ALMOST_A_YEAR = timedelta(days=364)  # back from a day, so that the same day a year ago is not meant
HALF_A_YEAR = timedelta(days=183)
# a day this far back is named by mistake: plans by the day do not reach ten months ahead
JUST_PASSED = timedelta(days=60)
CENTURY = 2000  # added to a year that is written with two figures
ARTICLE = r"(?:(?:the|den|dem|le|il|el)\s+)"  # "by the 15th of May", "entro il 15 maggio"
# Behind the number of a day: "31st", "1er", "31ten", "31:a", "31-го".
ORDINAL = r"(?:\.|st|nd|rd|th|er|ten|te|:[ae]|-(?:го|е|те|go))"
YEAR_BEFORE = rf"(?:(?P<y>{YEAR})\s?(?:m\.?|\.?\s?gada)\s+)?"  # "2027 m. birželio 30 d.", "2027. gada 30. jūnijs"
NO_GENERATION = rf"(?![12]\s+gen(?!\.|\s+{YEAR}))"  # "2 gen ethanol" is no day of an Italian January


@dataclass(frozen=True, slots=True)
class FoundWindow:
    """A window and its position in the folded text."""

    window: DateWindow
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NoWindow:
    """A phrase that cannot be a window: the reason, and its position in the folded text."""

    refusal: Refusal
    start: int
    end: int


class WindowReader:
    """The patterns of windows, made once from the catalogue's words."""

    def __init__(self, words: Words) -> None:
        self._months = {folded(name): number for number, names in words.months.items() for name in names}
        month = any_of(self._months)
        short = {folded(name): number for number, names in words.short_months.items() for name in names}
        self._named = self._months | short
        day = _any_day(month, any_of(short), words)
        # Without a year only behind "by" or "from", and never "15.12", which is a price.
        bare = r"[0-3]?[0-9]/[01]?[0-9](?![0-9]|[/.,][0-9]|\s*mm)"
        meanings = ("until", "to", "starting", "during")
        until, to, starting, during = (any_of(words.all(meaning)) for meaning in meanings)
        week, week_behind = _weeks_of(words)
        relative = [(any_of(words.all(name)), _reading_of(name)) for name in RELATIVE_WINDOWS]
        between = rf"\s*(?:\.\.|-|–|/|{until}|to|al|au)\s*"
        year = rf"(?:\s*[-/ ]\s*(?P<y>{YEAR}))?"
        behind_month = rf"(?P<d>[0-9]{{1,2}})\.?\s*[-–]\s*(?P<e>[0-9]{{1,2}})(?:\s?d(?!\w)\.?)?(?:,?\s+(?P<x>{YEAR}))?"
        months = rf"(?P<m>{month})\.?(?:\s+(?P<x>{YEAR}))?(?:\s*[-–/]\s*|\s+(?:{until}|{to})\s+)(?P<n>{month})"
        readings: tuple[tuple[str, Reading], ...] = (
            (rf"(?:{starting}\s+)?(?P<a>{day}){between}(?P<b>{day})", self._two_days),
            (rf"{YEAR_BEFORE}(?P<d>[0-9]{{1,2}})\.?\s*[-–]\s*(?P<b>{day})", self._days_of_one_month),
            (rf"{YEAR_BEFORE}(?P<m>{month})\.?\s+{behind_month}", self._days_behind_month),
            (rf"{until}\s+{ARTICLE}?(?P<a>{day}|{bare})", self._until),
            (rf"{starting}\s+{ARTICLE}?(?P<a>{day}|{bare})", self._starting),
            (rf"(?:{during}\s+)?(?P<a>{day})", self._one_day),
            (rf"(?:{during}\s+)?{week}", self._weeks),
            (rf"(?:{during}\s+)?{week_behind}", self._weeks),
            (rf"(?:{during}\s+)?q(?P<q>[1-4]){year}", self._quarter),
            (rf"(?:(?:{starting}|{during})\s+)?{months}{year}", self._months_on_end),
            (
                rf"(?:(?P<until>{until})\s+|(?P<starting>{starting})\s+)?(?P<during>{during}\s+)?(?P<m>{month}){year}",
                self._month,
            ),
        )
        self.named = NamedWindows(words)
        every = (*Spans(words).readings, *self.named.readings, *relative, *readings, self.named.by_weekday)
        self._readings = tuple((re.compile(rf"(?<!\w){pattern}(?!\w)"), reading) for pattern, reading in every)
        by_days = (self._two_days, self._days_of_one_month, self._days_behind_month, self._one_day)
        self._by_days = frozenset((*by_days, self._until, self._starting))
        self._month_word = re.compile(rf"(?<![^\W\d_]){any_of(self._named)}(?![^\W\d_])")

    def find(self, text: str, today: date) -> FoundWindow | None:
        """Return the first window in a folded text. Raise Invalid for a day or week that does not exist."""
        window_in = next(self._windows_in(text, today), None)
        if isinstance(window_in, NoWindow):
            raise window_in.refusal
        return window_in

    def window_in(self, text: str, today: date) -> FoundWindow | NoWindow | None:
        """Return the first window or refusal of a sentence, with its position.

        A day that has just passed is taken as written, not as the one a year ahead. A window that starts on such a day
        starts today.
        """
        return next(self._windows_in(text, today, passed=True), None)

    def _windows_in(self, text: str, today: date, *, passed: bool = False) -> Iterator[FoundWindow | NoWindow]:
        for pattern, reading in self._readings:
            for found in pattern.finditer(text):
                try:
                    window = reading(found, today)
                except Refusal as refusal:
                    yield NoWindow(refusal, *found.span())
                    continue
                if passed and reading in self._by_days:
                    window = _just_passed(reading, found, today) or window
                if window is not None:
                    yield FoundWindow(window, *found.span())

    def _two_days(self, found: re.Match[str], today: date) -> DateWindow:
        """Return the window of two days: the next such last day, and the first before it, perhaps in the past."""
        if re.search(YEAR, found["a"]):
            first = self._day(found["a"], today)
            return ordered(first, self._day(found["b"], first))
        last = self._day(found["b"], today)
        first = self._day(found["a"], last - ALMOST_A_YEAR)
        if today - first > HALF_A_YEAR:  # too long ago for a beginning: the two days stand the wrong way round
            first = self._day(found["a"], today)
        return ordered(first, last)

    def _days_of_one_month(self, found: re.Match[str], today: date) -> DateWindow:
        year = f" {found['y']}" if found["y"] else ""
        last = self._day(f"{found['b']}{year}", today)
        return ordered(a_day(last.year, last.month, int(found["d"]), found[0]), last)

    def _days_behind_month(self, found: re.Match[str], today: date) -> DateWindow:
        year = f" {found['y'] or found['x'] or ''}"
        last = self._day(f"{found['e']} {found['m']}{year}", today)
        return ordered(a_day(last.year, last.month, int(found["d"]), found[0]), last)

    def _until(self, found: re.Match[str], today: date) -> DateWindow:
        return ordered(today, self._day(found["a"], today))

    def _starting(self, found: re.Match[str], today: date) -> DateWindow:
        first = self._day(found["a"], today)
        return open_from(first)

    def _one_day(self, found: re.Match[str], today: date) -> DateWindow:
        day = self._day(found["a"], today)
        return DateWindow(day, day)

    def _weeks(self, found: re.Match[str], today: date) -> DateWindow:
        first, last = int(found["week"]), int(found["last_week"] or found["week"])
        year = int(found["y"]) if found["y"] else today.isocalendar().year
        if not found["y"] and monday_of(year, last, found[0]) + timedelta(days=6) < today:
            year += 1
        begins = monday_of(year - (first > last), first, found[0])
        if first > last and today - begins > HALF_A_YEAR:  # as with days
            begins = monday_of(year, first, found[0])
        return ordered(begins, monday_of(year, last, found[0]) + timedelta(days=6))

    def _quarter(self, found: re.Match[str], today: date) -> DateWindow:
        first_month = 3 * int(found["q"]) - 2
        year = int(found["y"]) if found["y"] else today.year
        if not found["y"] and end_of_month(year, first_month + 2) < today:
            year += 1
        return DateWindow(date(year, first_month, 1), end_of_month(year, first_month + 2))

    def _months_on_end(self, found: re.Match[str], today: date) -> DateWindow:
        first, last = self._months[found["m"]], self._months[found["n"]]
        over_new_year = first > last
        if found["y"] or found["x"]:
            year = int(found["y"]) if found["y"] else int(found["x"]) + over_new_year
            return ordered(date(int(found["x"] or year - over_new_year), first, 1), end_of_month(year, last))
        year = today.year + (end_of_month(today.year, last) < today)
        if over_new_year and today - date(year - 1, first, 1) > HALF_A_YEAR:  # as with days
            year += 1
        return ordered(date(year - over_new_year, first, 1), end_of_month(year, last))

    def _month(self, found: re.Match[str], today: date) -> DateWindow | None:
        # "may" and "mar" alone are too short to be sure of.
        if len(found["m"]) < 4 and not (found["during"] or found["until"] or found["starting"] or found["y"]):
            return None
        month = self._months[found["m"]]
        year = int(found["y"]) if found["y"] else today.year
        if not found["y"] and end_of_month(year, month) < today:
            year += 1
        first, last = date(year, month, 1), end_of_month(year, month)
        if found["until"]:
            return ordered(today, last)
        return open_from(max(today, first)) if found["starting"] else DateWindow(first, last)

    def _day(self, text: str, today: date) -> date:
        numbers = [int(number) for number in re.findall(r"[0-9]+", text)]
        name = self._month_word.search(text)
        if name is not None:
            year = next((number for number in numbers if number > 99), None)  # it may stand before the day or behind
            day, month = next(number for number in numbers if number != year), self._named[name[0]]
            return next_such_day(today, month, day, text) if year is None else a_day(year, month, day, text)
        if len(numbers) == 2:
            return next_such_day(today, numbers[1], numbers[0], text)
        day, month, year = numbers if numbers[0] < 100 else reversed(numbers)
        return a_day(year if year > 99 else CENTURY + year, month, day, text)


def _just_passed(reading: Reading, found: re.Match[str], today: date) -> DateWindow | None:
    """Return a window that was over a short time ago, if it has no year; else None. An open one starts today."""
    try:
        window = reading(found, today - JUST_PASSED)
    except Refusal:
        return None
    if isinstance(window, OpenWindow) and window.first < today:
        return open_from(today)
    return window if window is not None and window.last < today else None


def _any_day(month: str, short: str, words: Words) -> str:
    """Return the pattern of one day, with or without its year. Takes the patterns of full and short month names."""
    currency = any_of(word for names in words.currencies.values() for word in names)
    no_price = rf"(?!\s*{currency}(?!\w))(?![0-9])"
    year = rf"{YEAR}(?:\s?рр?\.?(?!\w))?"  # "30 червня 2027 р.", of a span "2027 рр."
    named_year = YEAR_BEFORE.replace("?P<y>", "?:")
    return (
        rf"(?:{YEAR}(?:-[0-9]{{2}}-|/[0-9]{{2}}/|\.[0-9]{{2}}\.)[0-9]{{2}}|[0-9]{{1,2}}[./][0-9]{{1,2}}[./]{YEAR}"
        rf"|[0-3]?[0-9](?:-[01]?[0-9]-{YEAR}|(?:\.[01]?[0-9]\.|/[01]?[0-9]/)[2-4][0-9]{no_price})"
        # "15.12.": with its closing point alone, and as a day that there may be; "15.12" and "95.50." are prices.
        rf"|(?:0?[1-9]|[12][0-9]|3[01])\.\s?(?:0?[1-9]|1[0-2])\.{no_price}"
        rf"|{named_year}[0-9]{{1,2}}{ORDINAL}?(?:\s+|-)(?:(?:of|de)\s+)?{month}(?:(?:\.?\s+|-)(?:del?\s+)?{year}|\.)?"
        rf"|{named_year}{NO_GENERATION}[0-9]{{1,2}}\.?\s+{short}(?:\.?\s+{year}|\.)?"
        rf"|{named_year}{month}\.?\s+(?:the\s+)?[0-9]{{1,2}}(?:st|nd|rd|th|\s?d(?!\w)\.?)?(?![0-9])(?:,?\s+{YEAR})?)"
    )


def _weeks_of(words: Words) -> tuple[str, str]:
    """Return the patterns of weeks by number: after the word, and before it."""
    named = [word for word in words.all("week") if len(word) > 1]
    week, short = any_of(named), any_of(word for word in named if len(word) < 4)
    behind = (
        rf"(?:{week}\.?\s*|v\.?\s*|[ws])(?P<week>[0-9]{{1,2}})(?:\s*[-–]\s*[a-z]{{1,2}}(?P<last_week>[0-9]{{1,2}}))?"
        rf"(?:\s*[-/]\s*(?P<y>{YEAR}))?"
    )
    # "50. Woche", "50 sav."; but "2 week" is how long something takes.
    before = (
        r"(?P<week>[0-9]{1,2})(?:\.?\s*[-–]\s*(?P<last_week>[0-9]{1,2}))?"
        rf"(?:\.\s*{week}|\s+{short}\.?)(?:\s*[-/]\s*(?P<y>{YEAR}))?"
    )
    return behind, before


def _reading_of(name: str) -> Reading:
    return lambda _, today: _relative(name, today)


def _relative(name: str, today: date) -> DateWindow:
    monday = today - timedelta(days=today.weekday())
    next_month = end_of_month(today.year, today.month) + timedelta(days=1)
    tomorrow = today + timedelta(days=1)
    return {
        "today": DateWindow(today, today),
        "tomorrow": DateWindow(tomorrow, tomorrow),
        "this_week": DateWindow(today, monday + timedelta(days=6)),
        "next_week": DateWindow(monday + timedelta(days=7), monday + timedelta(days=13)),
        "this_month": DateWindow(today, end_of_month(today.year, today.month)),
        "next_month": DateWindow(next_month, end_of_month(next_month.year, next_month.month)),
    }[name]
