"""Reads times that a person proposes in their own words and zone: "Tue 10:00, 14:30 or 27 Nov 9am"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from core.advice.availability import day_words
from core.advice.availability.dates import dates_in
from core.advice.availability.day_words import any_language
from core.advice.availability.local_times import instant, local
from core.advice.availability.weekly_hours import LONGEST_SENTENCE, SILENT, minutes_of, names_of_days
from core.catalogue.product_names import folded
from core.kernel.errors import Invalid

TODAY, TOMORROW = any_language(day_words.TODAY), any_language(day_words.TOMORROW)
OR: Final = any_language(day_words.OR)
A_WEEK: Final = timedelta(days=7)
WRITTEN: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z")  # as `write_moments` has it
TOKEN: Final = re.compile(
    r"(?P<day>@\d+@)|(?P<time>\d{1,2}(?:[:.h]\d{2})?(?:\s?(?:am|pm)\b)?(?:\s?h\b)?)|(?P<word>[^\W\d_]+|[+-]\d{2})|(?P<gap>[\s,;]+)"
    r"|(?P<other>\S)"
)


@dataclass(frozen=True, slots=True)
class _Day:
    """A day that was named, by its weekday or otherwise."""

    day: date
    weekday: bool = False

    def at(self, token: str) -> datetime:
        return datetime.combine(self.day, time()) + timedelta(minutes=minutes_of(token))


def read_moments(text: str, language: str, now: datetime, zone: str) -> tuple[datetime, ...]:
    """Return the proposed times, in UTC and in order. Raises Invalid.

    A wall-clock time that is skipped when the clocks change is refused with the one that follows. One that occurs twice
    is asked back: the zone's abbreviation after it says which is meant ("03:30 EET").
    """
    if len(text) > LONGEST_SENTENCE:
        raise Invalid("hours.too_long", field="times", most=LONGEST_SENTENCE)
    if all(WRITTEN.fullmatch(part) for part in text.split()):
        return tuple(datetime.fromisoformat(part) for part in text.split())
    here = local(now, zone).replace(tzinfo=None)
    moments = [_instant(wall, called, zone) for wall, called in _walls(text, language, here)]
    if not moments:
        raise Invalid("times.nothing", field="times")
    return tuple(sorted(dict.fromkeys(moments)))


def write_moments(moments: Sequence[datetime]) -> str:
    return " ".join(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}" for moment in moments)


def _walls(text: str, language: str, now: datetime) -> Iterator[tuple[datetime, str]]:
    """Return each time with its day, and the name of a zone that follows it (""). `now` is wall-clock time, too."""
    plain, days = _with_dates_marked(folded(text), language, now.date())
    day: _Day | None = None
    waiting: datetime | None = None
    for match in TOKEN.finditer(plain):
        kind, token = str(match.lastgroup), match.group()
        if kind == "word" and waiting is not None and _names_a_zone(token, language):
            yield waiting, token
            waiting = None
        elif kind == "day":
            day = _Day(days[int(token.strip("@"))])
        elif kind == "word":
            day = _day_of(token, language, now.date()) or day
        elif kind == "time":
            if waiting is not None:
                yield waiting, ""
            day = _to_come(day, token, now)
            waiting = day.at(token)
        elif kind == "other":
            raise Invalid("times.word_unknown", field="times", given=token)
    if waiting is not None:
        yield waiting, ""


def _with_dates_marked(text: str, language: str, today: date) -> tuple[str, list[date]]:
    """Replace dates in the text by marks such as "@0@": otherwise a day would be read as an hour."""
    dates = dates_in(text, language, today)
    for number, each in reversed(list(enumerate(dates))):
        if each.first != each.last:
            raise Invalid("times.range", field="times", given=text[each.start : each.end])
        text = f"{text[: each.start]} @{number}@ {text[each.end :]}"
    return text, [each.first for each in dates]


def _to_come(named: _Day | None, token: str, now: datetime) -> _Day:
    """Return the day of this time. "Tue 10:00", said on a Tuesday at noon, is next week's. Raises Invalid."""
    if named is None:
        raise Invalid("times.no_day", field="times", given=token)
    return _Day(named.day + A_WEEK) if named.weekday and named.at(token) <= now else named


def _day_of(word: str, language: str, today: date) -> _Day | None:
    """Return a day by its name: the next one, today included; None for a word that names none. Raises Invalid."""
    if word in TODAY:
        return _Day(today)
    if word in TOMORROW:
        return _Day(today + timedelta(days=1))
    weekday = names_of_days(language).get(word)
    if weekday is not None:
        return _Day(today + timedelta(days=(weekday - today.weekday()) % 7), weekday=True)
    if word in SILENT or word in OR:
        return None
    raise Invalid("times.word_unknown", field="times", given=word)


def _names_a_zone(word: str, language: str) -> bool:
    return not (word in SILENT or word in OR or word in TODAY or word in TOMORROW or word in names_of_days(language))


def _instant(wall: datetime, called: str, zone: str) -> datetime:
    try:
        moment = instant(wall, zone)
    except Invalid as refusal:
        if refusal.code != "time.twice" or not called:
            raise
        both = (refusal.parts["first"], refusal.parts["second"])
        meant = [each for each in both if isinstance(each, datetime) and _called(each, zone) == called]
        if len(meant) != 1:
            raise
        return meant[0]
    if called and _called(moment, zone) != called:
        raise Invalid("times.zone_unclear", field="times", given=called.upper(), known=_called(moment, zone).upper())
    return moment


def _called(moment: datetime, zone: str) -> str:
    return folded(local(moment, zone).tzname() or "")
