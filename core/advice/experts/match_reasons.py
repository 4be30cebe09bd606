"""The reasons why a consultant matches a problem, most convincing first. The index decides who matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from core.advice.experts.model import Expert
from core.advice.experts.rates import an_hour_of
from core.catalogue import Catalogue
from core.catalogue.product_names import words_of
from core.kernel.money import Money

LIKE: Final = 80  # rapidfuzz; "boilers" and "boiler" are 92 alike, "coal" and "goal" 75
SHORTEST_LIKE: Final = 4  # letters; shorter words must match exactly
WORDS_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class Match:
    """A consultant and why: codes with their part, the strongest first ("field", "legal"). `score`: 0 to 1.

    `km`: from the place that was asked to where their company is, where both are known.
    """

    expert: Expert
    score: float
    reasons: tuple[tuple[str, str], ...]
    km: int | None = None


def hourly(expert: Expert) -> Money:
    """Return the price of an hour, for comparing."""
    return an_hour_of(expert.rate, expert.lengths)


def by_the_minute(hourly: Money) -> Money:
    """Return the price of a minute, from an hour's whole cents."""
    return Money(hourly.minor // 60, hourly.currency)


def in_currency(rate: Money, currency: str, catalogue: Catalogue) -> Fraction | None:
    """Return an hour's rate in whole units of another currency; None without an exchange rate."""
    have, want = (catalogue.rates.per_euro.get(each) for each in (rate.currency, currency))
    if rate.currency == currency:
        return Fraction(rate.amount)
    return None if have is None or want is None else Fraction(rate.amount) / Fraction(have) * Fraction(want)


def reasons_of(
    catalogue: Catalogue, expert: Expert, met: Sequence[str], language: str | None, now: datetime
) -> tuple[tuple[str, str], ...]:
    """Return the reasons for this consultant. `met`: the words of the problem that their profile contains."""
    return tuple(_reasons(catalogue, expert, met, language, now))


def _reasons(
    catalogue: Catalogue, expert: Expert, met: Sequence[str], language: str | None, now: datetime
) -> Iterator[tuple[str, str]]:
    for field_id in expert.fields:
        named = _words_of_field(catalogue, field_id)
        if any(field_id in catalogue.fields_told_by(word) or is_among(word, named) for word in met):
            yield "field", field_id
    for skill in expert.skills:
        if any(is_among(word, words_of(skill)) for word in met):
            yield "skill", skill
    if expert.is_free_at(now):
        yield "free_now", ""
    if language is not None and language in expert.languages:
        yield "language", language
    told = words_of(f"{expert.headline} {expert.bio}")
    if matched := [word for word in met if is_among(word, told)]:
        yield "words", ", ".join(matched[:WORDS_TOLD])


def is_among(word: str, among: Sequence[str]) -> bool:
    """Return whether the word occurs there, misspelt or inflected."""
    if len(word) < SHORTEST_LIKE:
        return word in among
    stem = word[: max(SHORTEST_LIKE, len(word) * 3 // 4)]
    if any(other.startswith(stem) for other in among):
        return True
    return process.extractOne(word, among, scorer=fuzz.ratio, score_cutoff=LIKE) is not None


@lru_cache(maxsize=100)
def _words_of_field(catalogue: Catalogue, field_id: str) -> tuple[str, ...]:
    known = catalogue.expertise.get(field_id)
    names = known.names.values() if known else ()
    return tuple({word for of_language in names for name in of_language for word in words_of(name)})
