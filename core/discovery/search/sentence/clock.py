"""The time at which a seeker of advice is free: "tomorrow 10:00", "morgen 10 Uhr", "rytoj 10 val.", "Tuesday".

Goods are never wanted at an hour, so the time is removed first: "10" is no B10. A weekday by itself is a day here,
though beside goods it may be a name ("Sonntag GmbH").
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from core.catalogue import Catalogue
from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.normalised_text import NormalisedText
from core.catalogue.language.patterns import any_of

NOON: Final = 12
HOUR: Final = r"(?P<hour>[01]?[0-9]|2[0-3])"
MINUTE: Final = r"(?P<minute>[0-5][0-9])"
_DIGIT: Final = re.compile("[0-9]")


class Clock(NamedTuple):
    """The rest of a sentence, the clock time taken out of it ("09:30") and its bare weekday as a day."""

    text: str
    at: str | None
    day: date | None = None


def extract_clock_time(text: str, catalogue: Catalogue, today: date, *, answering: bool = False) -> Clock:
    """Take out the first clock time with its words. Also take out the first weekday if no other day is named.

    `answering`: the text answers a list of free times, so "at 10" is a time without a day too.
    """
    clock = _without_time(text, catalogue, today, answering=answering)
    normalised, windows = NormalisedText.of(clock.text), grammar_of(catalogue).windows
    found = windows.named.weekday.search(normalised.text)
    if found is None or windows.heard(normalised.text, today) is not None:
        return clock
    return Clock(_without(normalised, found), clock.at, windows.named.day_of(found, today))


def names_weekday(text: str, catalogue: Catalogue) -> bool:
    """Return True if the text names a day of the week."""
    return grammar_of(catalogue).windows.named.weekday.search(NormalisedText.of(text).text) is not None


def _without_time(text: str, catalogue: Catalogue, today: date, *, answering: bool) -> Clock:
    if not _DIGIT.search(text):
        return Clock(text, None)
    normalised = NormalisedText.of(text)
    sure, beside_day = _patterns(catalogue)
    for pattern in (*sure, *beside_day):
        if found := pattern.search(normalised.text):
            if pattern in beside_day and not answering and not _tells_day(normalised, catalogue, today):
                continue
            return Clock(_without(normalised, found), _time_of(found))
    return Clock(text, None)


def _tells_day(normalised: NormalisedText, catalogue: Catalogue, today: date) -> bool:
    windows = grammar_of(catalogue).windows
    return (
        windows.named.weekday.search(normalised.text) is not None or windows.heard(normalised.text, today) is not None
    )


def _without(normalised: NormalisedText, found: re.Match[str]) -> str:
    """Return the sentence as it was written, without the match."""
    start, end = found.span()
    left = (normalised.as_written(0, start).rstrip(), normalised.as_written(end, len(normalised.text)).lstrip())
    return " ".join(filter(None, left))


def _time_of(found: re.Match[str]) -> str:
    parts = found.groupdict()
    hour, minute, half = int(found["hour"]), int(parts.get("minute") or 0), (parts.get("half") or "")[:1]
    if half and hour <= NOON:
        hour = hour % NOON + (NOON if half == "p" else 0)
    return f"{hour:02}:{minute:02}"


@lru_cache(maxsize=4)
def _patterns(catalogue: Catalogue) -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    """Return two sets of patterns: sure ones, and those that mean a time only beside a day.

    Sure ones have minutes, or a word of the clock after the hour. By itself "at 10" may be bars, and "10 h" a duration.
    """
    words = catalogue.words
    behind, before = any_of(words.all("oclock")), any_of(words.all("at_oclock"))
    half = r"(?P<half>[ap])\.?m\b\.?"
    lead = rf"(?<![\w.,:/+-])(?:{before}\s*)?"
    until = r"(?:\s*[-–]\s*[0-9]{1,2}[:.][0-9]{2})?"
    units = any_of(word for unit in catalogue.units.values() for word in (unit.code, *unit.words))
    money = any_of(word for said in words.currencies.values() for word in said)
    other = rf"[0-9h]|[.,:][0-9]|\s*(?:{units}|{money}|km|%|[-–/])(?!\w)"
    sure = (
        rf"{lead}{HOUR}:{MINUTE}(?![0-9:]){until}(?:\s*(?:{half}|{behind}(?!\w)))?",
        rf"{lead}{HOUR}(?:[.:]\s?{MINUTE}{until})?\s*(?:{half}|{behind}\.?(?!\w))",
        rf"{lead}{HOUR}h{MINUTE}(?!\w)",
    )
    beside_day = (rf"{lead}{HOUR}\s?h(?!\w)", rf"(?<!\w){before}\s*{HOUR}(?:\.{MINUTE})?(?!{other})")
    return tuple(map(re.compile, sure)), tuple(map(re.compile, beside_day))
