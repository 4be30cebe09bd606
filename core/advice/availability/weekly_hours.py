"""Reads weekly hours from a sentence: "Mon-Thu 9-12, 14-17; Fri 10-14 Vilnius", with day names in eleven languages.

```
sentence = clause {";" clause} [place]
clause   = days times
days     = day | day "-" day | day "," day | "weekdays" | "daily" | ...
times    = time "-" time {"," time "-" time} | "closed"
```

Times are wall-clock times of the zone that the place names. A span over midnight belongs to its first day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from babel.dates import get_timezone_location

from core.advice.availability import day_words
from core.advice.availability.day_words import any_language
from core.catalogue.product_names import folded
from core.catalogue.schema import LANGUAGES
from core.kernel.errors import Invalid

DAY: Final = 24 * 60  # minutes
LONGEST_SENTENCE: Final = 300
SHORTEST_PREFIX: Final = 3  # letters of a day's name that are enough when they begin no other day's

SHORTEST_STEM: Final = 4  # letters of a name that is written in another case: "środę", "fredagen", "цю пʼятницю"
TO, CLOSED = any_language(day_words.TO), any_language(day_words.CLOSED)
SILENT: Final = any_language(day_words.SILENT) | any_language(day_words.CHANGE) | any_language(day_words.ONTO)
SEVERAL_DAYS: Final = {
    **dict.fromkeys(any_language(day_words.EVERY_DAY), tuple(range(7))),
    **dict.fromkeys(any_language(day_words.WEEKDAYS), tuple(range(5))),
    **dict.fromkeys(any_language(day_words.WEEKEND), (5, 6)),
}

# Names that people use and the zone tables lack: abbreviations, and the one capital whose own name CLDR lacks.
OTHER_ZONE_NAMES: Final = {
    "utc": "UTC",
    "gmt": "UTC",
    "cet": "Europe/Brussels",
    "eet": "Europe/Vilnius",
    "wet": "Europe/Lisbon",
    "київ": "Europe/Kyiv",
}

TOKEN: Final = re.compile(
    r"(?P<time>\d{1,2}(?:(?:[:.h]|\s?uhr\s?)[0-5]\d)?(?:\s?(?:am|pm|a\.m\.|p\.m\.)(?!\w))?(?:\s?h(?!\w))?)"
    r"|(?P<dash>\s*[-–—]\s*)|(?P<comma>,)|(?P<semicolon>;|\n)|(?P<word>[^\W\d_][\w'’/.]*)|(?P<other>\S)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Wall-clock minutes since midnight, `start` < `end`; an end above 1440 is on the next day."""

    start: int
    end: int

    def __str__(self) -> str:
        end = self.end - DAY if self.end > DAY else self.end
        return f"{self.start // 60:02}:{self.start % 60:02}–{end // 60:02}:{end % 60:02}"


Towns = Callable[[str], str | None]  # the zone of a town by its name; None: no such town
Week = Mapping[int, tuple[Span, ...]]  # by weekday, Monday is 0; a day that is closed has no spans


@dataclass(frozen=True, slots=True)
class Hours:
    """The parsed sentence: only the days that it names, and the zone when it names one."""

    days: dict[int, tuple[Span, ...]]
    zone: str | None


def split_at_midnight(spans: Sequence[Span]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Split the spans of one day into those on that day and those on the next one."""
    own = tuple(Span(span.start, min(span.end, DAY)) for span in spans)
    return own, tuple(Span(0, span.end - DAY) for span in spans if span.end > DAY)


def read_hours(sentence: str, language: str = "en", towns: Towns | None = None) -> Hours:
    """Return the hours in a sentence. Raises Invalid naming the word that makes no sense, or what is missing.

    `towns`: the zones of places that no zone is named after ("Kaunas").
    """
    if len(sentence) > LONGEST_SENTENCE:
        raise Invalid("hours.too_long", field="hours", most=LONGEST_SENTENCE)
    try:
        return _read(sentence, language, towns)
    except Invalid:
        if (otherwise := _in_another_language(sentence, language, towns)) is None:
            raise
        return otherwise


def _in_another_language(sentence: str, language: str, towns: Towns | None) -> Hours | None:
    """Read the sentence in other languages: people write days in their working language ("Mo-Do"), not always the
    chat's.

    Return None when no other language knows all its words, or when several read different days.
    """
    meant: list[Hours] = []
    for other in LANGUAGES:
        if other != language:
            with suppress(Invalid):
                meant.append(_read(sentence, other, towns, alone=True))
    return meant[0] if meant and all(each == meant[0] for each in meant) else None


def _read(sentence: str, language: str, towns: Towns | None, *, alone: bool = False) -> Hours:
    reading = _Reading(language, towns, alone)
    for match in TOKEN.finditer(sentence):
        reading.take(str(match.lastgroup), match.group().strip())
    return reading.result()


@dataclass(slots=True)
class _Reading:
    """Reads token by token: days until times come, times until days come again."""

    language: str
    towns: Towns | None = None
    alone: bool = False  # days in this language only, and in no mixture
    days: list[int] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    start: int | None = None
    range_open: bool = False
    by_word: bool = False  # "to", and not a dash, has opened it
    closed: bool = False
    place: list[str] = field(default_factory=list)
    found: dict[int, tuple[Span, ...]] = field(default_factory=dict)

    def take(self, kind: str, text: str) -> None:
        match kind:
            case "time":
                self._time(text)
            case "dash":
                self.range_open, self.by_word = True, False
            case "comma":
                pass
            case "semicolon":
                self._close()
            case "word":
                self._word(text)
            case _:
                raise Invalid("hours.word_unknown", field="hours", given=text)

    def _word(self, text: str) -> None:
        for word in (folded(text), folded(text.rstrip("."))):
            if (days := days_named(word, self.language, alone=self.alone)) and not self.place:
                return self._days(days)
            if word in TO:
                if self.range_open and not self.by_word:  # "Mo-Do": behind a dash it is a day, in another language
                    raise Invalid("hours.word_unknown", field="hours", given=text)
                self.range_open = self.by_word = True
                return None
            if word in CLOSED:
                self.closed = True
                return None
            if word in SILENT:
                return None
        self.place.append(text.strip(".'’"))
        return None

    def _days(self, named: Sequence[int]) -> None:
        if self.spans or self.closed or self.start is not None:
            self._close()
        if self.range_open and self.days and len(named) == 1:
            first, last = self.days[-1], named[0]
            self.days += [day % 7 for day in range(first + 1, (last if last > first else last + 7) + 1)]
        else:
            self.days += named
        self.range_open = False

    def _time(self, text: str) -> None:
        minutes = minutes_of(text)
        if self.start is None:
            if self.range_open and not (self.by_word and self.days):  # "Friday to 10-15" leads from day to times
                raise Invalid("hours.no_start", field="hours", given=text)
            self.start, self.range_open = minutes, False
            return
        if not self.range_open:
            raise Invalid("hours.no_end", field="hours", given=_clock(self.start))
        if minutes == self.start:
            raise Invalid("hours.empty", field="hours", given=_clock(minutes))
        self.spans.append(Span(self.start, minutes) if minutes > self.start else Span(self.start, minutes + DAY))
        self.start, self.range_open = None, False

    def _close(self) -> None:
        """Close a clause: give its times to its days."""
        if self.start is not None:
            raise Invalid("hours.no_end", field="hours", given=_clock(self.start))
        if not self.days and not self.spans:
            return
        if not self.spans and not self.closed:
            raise Invalid("hours.no_times", field="hours")
        for day in self.days or range(7):  # times alone are meant for every day
            self.found[day] = joined((*self.found.get(day, ()), *self.spans))
        self.days, self.spans, self.closed = [], [], False

    def result(self) -> Hours:
        self._close()
        if not self.found:
            raise Invalid("hours.nothing", field="hours")
        return Hours(dict(sorted(self.found.items())), self._zone())

    def _zone(self) -> str | None:
        if not self.place:
            return None
        name = " ".join(self.place)
        zone = zone_named(name, self.language) or (self.towns(name) if self.towns is not None else None)
        if zone is None:
            raise Invalid("hours.word_unknown", field="hours", given=name)
        return zone


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Merge spans into as few as possible that cover the same time, in order."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return tuple(result)


def minutes_of(text: str) -> int:
    """Return the minutes since midnight of a time as people write it ("9", "14:30", "2pm", "9h30"). Raises Invalid."""
    match = re.match(r"(\d{1,2})(?:\D+([0-5]\d))?", text)
    assert match is not None  # the token begins with a digit
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    half = folded(text).replace(".", "").replace(" ", "")[-2:]
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            raise Invalid("hours.not_a_time", field="hours", given=text)
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour * 60 + minute > DAY:
        raise Invalid("hours.not_a_time", field="hours", given=text)
    return hour * 60 + minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@lru_cache(maxsize=4096)
def days_named(word: str, language: str, *, alone: bool = False) -> Sequence[int]:
    """Return the weekdays that a folded word names: in full, by its first letters, or in another case."""
    if word in SEVERAL_DAYS:
        return SEVERAL_DAYS[word]
    if word in CLOSED:
        return ()  # "frei" is no Freitag
    names = names_of_days(language, alone=alone)
    day = names.get(word)
    if day is None and len(word) >= SHORTEST_PREFIX:
        stems = [word, *(word[:-letters] for letters in (1, 2) if len(word) - letters >= SHORTEST_STEM + letters - 1)]
        begun = [{day for name, day in names.items() if name.startswith(stem)} for stem in stems]
        day = next((days.pop() for days in begun if len(days) == 1), None)
    return () if day is None else (day,)


@cache
def names_of_days(language: str, *, alone: bool = False) -> dict[str, int]:
    """Return names of days: the speaker's own language wins, then English, then the others, whose names are longer."""
    names = {name: day for day, name in enumerate(day_words.SHORT_DAYS.get(language, ()))}
    own = language if language in LANGUAGES else "en"
    for code in (own,) if alone else dict.fromkeys((own, "en", *LANGUAGES)):
        for day, name in _as_cldr_has_them(code):
            if len(name) > 2 or code in (language, "en"):
                names.setdefault(name, day)
    return names


def _as_cldr_has_them(language: str) -> Iterator[tuple[int, str]]:
    days = Locale.parse(language).days
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated", "short"):
            for day, name in days.get(context, {}).get(width, {}).items():
                for form in {folded(name), folded(name.rstrip(".")), folded(name).split("-")[0]}:
                    if len(form) > 1:
                        yield day, form


def zone_named(name: str, language: str = "en") -> str | None:
    """Return the zone of a name ("Europe/Vilnius") or of its city in the speaker's language; None if unknown."""
    return _zones(language).get(folded(name)) or _zones("en").get(folded(name))


@cache
def _zones(language: str) -> dict[str, str]:
    locale = Locale.parse(language if language in LANGUAGES else "en")
    zones = dict(OTHER_ZONE_NAMES)
    for zone in sorted(available_timezones()):
        city = zone.rsplit("/", 1)[-1].replace("_", " ")
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/")):
            zones.setdefault(folded(city), zone)
            zones.setdefault(folded(get_timezone_location(zone, locale=locale, return_city=True)), zone)
        zones.setdefault(folded(zone), zone)
    return zones
