"""A sentence to consultants: the words of its problem, and the time that it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from core.catalogue import Catalogue
from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.normalised_text import NormalisedText
from core.catalogue.language.times.days import DateWindow
from core.catalogue.product_names import folded
from core.discovery.search.model import ParsedQuery, Query
from core.discovery.search.sentence.clock import Clock


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
    schemes = " ".join(scheme_as_said(scheme, catalogue, text) for scheme in parsed.certificates)
    each: dict[str, str] = {}
    for word in (*about.split(), *schemes.split()):
        each.setdefault(folded(word), word)
    return list(each.values())


def scheme_as_said(scheme_id: str, catalogue: Catalogue, text: str) -> str:
    """Return the scheme as the text names it, or by its usual name: the text says EUDR, not TRACES."""
    pattern, normalised = grammar_of(catalogue).schemes.get(scheme_id), NormalisedText.of(text)
    found = pattern.search(normalised.text) if pattern else None
    if found is not None:
        return normalised.as_written(*found.span())
    spoken = catalogue.certificates[scheme_id].spoken
    return spoken[0].upper() if spoken and "_" in scheme_id else scheme_id
