"""A sentence to consultants: the topics and fields of its words, and the time at which the seeker is free.

Goods are never wanted at an hour, so the time ("morgen 10 Uhr") is removed first: "10" is no B10. A weekday by itself
is a day here, though beside goods it may be a name ("Sonntag GmbH").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from functools import lru_cache
from typing import Final, NamedTuple

from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.patterns import NormalisedText, any_of
from core.catalogue.language.times.days import DateWindow
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded
from core.catalogue.topics import weighed
from core.discovery.search.model import ParsedQuery, Query

SPEAKS_OF_IT: Final = 0.95  # how well an expert on a topic meets the words that tell most of it
ADVISES: Final = 0.6  # how well an adviser in a field meets its words
TOPIC_SHARE: Final = 0.4  # share of the words for the likeliest topic; a smaller share is ignored
FIELD_SHARE: Final = 0.6
FIELDS_TOLD: Final = 3  # a word of more fields tells nothing
BESIDE_PROBLEM: Final = 0.4  # a word of no field beside words of the problem


class WordTopics(NamedTuple):
    """The meaning of one word of a problem: the terms that meet it, and its weight."""

    also: Mapping[str, float]
    tells: float


def weigh_problem_words(words: Sequence[str], catalogue: Catalogue) -> list[WordTopics]:
    """Return the meaning of each word of a problem. A topic or field that several words share counts more.

    A word of several topics ("fumes") tells less of each. The topic of the other words decides what it means here.
    """
    tags = _tags_of(words, catalogue)
    beside = BESIDE_PROBLEM if any(tags) else 1.0
    return [
        WordTopics(
            {**_same(word, same, catalogue), **about},
            catalogue.topics.tells(word) * min(1.0, max(about.values()) / ADVISES) if about else beside,
        )
        for word, same, about in zip(words, catalogue.synonyms.of(words), tags, strict=True)
    ]


def _same(word: str, same: Mapping[str, float], catalogue: Catalogue) -> Mapping[str, float]:
    """Return other words of its meaning.

    A short word, and one of a topic, must match exactly. "Mois" is not "bois", and "contrôle" is no contract.
    """
    synonyms = catalogue.synonyms
    meant = synonyms.may_be_meant(word) and (synonyms.has(word) or not catalogue.topics.of(word))
    return same if meant else {}


def _tags_of(words: Sequence[str], catalogue: Catalogue) -> list[Mapping[str, float]]:
    topics = [catalogue.topics.of(word) for word in words]
    fields = [catalogue.fields_told_by(word) for word in words]
    fields = [of_word if len(of_word) <= FIELDS_TOLD else () for of_word in fields]
    tells = [catalogue.topics.tells(word) for word in words]
    by_topic = _shares(zip(topics, tells, strict=True), TOPIC_SHARE)
    by_field = _shares(zip(fields, tells, strict=True), FIELD_SHARE)
    return [
        {f"topic:{topic}": SPEAKS_OF_IT * by_topic[topic] for topic in topics_told if topic in by_topic}
        | {f"field:{field}": ADVISES * by_field[field] for field in fields_told if field in by_field}
        for topics_told, fields_told in zip(topics, fields, strict=True)
    ]


def _shares(told: Iterable[tuple[Sequence[str], float]], least: float) -> dict[str, float]:
    """Return the weight of each topic as a share of the strongest."""
    weights = weighed(told)
    most = max(weights.values(), default=1.0)
    return {one: weight / most for one, weight in weights.items() if weight >= least * most}


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
    if found is None or windows.window_in(normalised.text, today) is not None:
        return clock
    return Clock(_without(normalised, found), clock.at, windows.named.day_of(found, today))


def names_weekday(text: str, catalogue: Catalogue) -> bool:
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
        windows.named.weekday.search(normalised.text) is not None
        or windows.window_in(normalised.text, today) is not None
    )


def _without(normalised: NormalisedText, found: re.Match[str]) -> str:
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
    money = any_of(word for names in words.currencies.values() for word in names)
    other = rf"[0-9h]|[.,:][0-9]|\s*(?:{units}|{money}|km|%|[-–/])(?!\w)"
    sure = (
        rf"{lead}{HOUR}:{MINUTE}(?![0-9:]){until}(?:\s*(?:{half}|{behind}(?!\w)))?",
        rf"{lead}{HOUR}(?:[.:]\s?{MINUTE}{until})?\s*(?:{half}|{behind}\.?(?!\w))",
        rf"{lead}{HOUR}h{MINUTE}(?!\w)",
    )
    beside_day = (rf"{lead}{HOUR}\s?h(?!\w)", rf"(?<!\w){before}\s*{HOUR}(?:\.{MINUTE})?(?!{other})")
    return tuple(map(re.compile, sure)), tuple(map(re.compile, beside_day))


def is_over(clock: Clock, now: time) -> bool:
    """Return True if the hour has passed: "Tuesday at 10:00", said on a Tuesday at noon, is next week's."""
    return clock.at is not None and time.fromisoformat(clock.at) <= now


def at_clock_time(query: Query, clock: Clock) -> Query:
    """Return the query with the time and the weekday that were taken out of its sentence."""
    day = None if clock.day is None else DateWindow(clock.day, clock.day)
    parsed = query.parsed
    return replace(query, parsed=replace(parsed, at=clock.at, window=parsed.window or day))


def problem_words(about: str, parsed: ParsedQuery, catalogue: Catalogue, text: str) -> list[str]:
    """Return the words of a problem that may tell one consultant from another, each once."""
    schemes = " ".join(stated_scheme(scheme, catalogue, text) for scheme in parsed.certificates)
    each: dict[str, str] = {}
    for word in (*about.split(), *schemes.split()):
        each.setdefault(folded(word), word)
    return list(each.values())


def stated_scheme(scheme_id: str, catalogue: Catalogue, text: str) -> str:
    """Return the scheme as the text names it, or by its usual name: the text says EUDR, not TRACES."""
    pattern, normalised = grammar_of(catalogue).schemes.get(scheme_id), NormalisedText.of(text)
    found = pattern.search(normalised.text) if pattern else None
    if found is not None:
        return normalised.as_written(*found.span())
    spoken = catalogue.certificates[scheme_id].spoken
    return spoken[0].upper() if spoken and "_" in scheme_id else scheme_id
