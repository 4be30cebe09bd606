"""Finds consultants for a problem told in one message, and says why each was found.

What the message wishes (a language, a highest rate, "free now") filters; its other words are weighed: a field of
expertise counts most, then skills, then the words of headline and bio. Money never outranks a filter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from babel import Locale
from rapidfuzz import fuzz, process
from sqlalchemy import select

from core.catalogue import Catalogue
from core.catalogue.names import folded, words_of
from core.experts.hours import LANGUAGES
from core.experts.model import Expert
from core.kernel.transaction import Ctx

FIELD, SKILL, WORD = 3.0, 2.0, 1.0  # what a likeness of each kind counts
LIKE: Final = 84  # rapidfuzz; "boilers" and "boiler" are 92 alike, "coal" and "goal" 75
SHORTEST_LIKE: Final = 4  # letters; shorter words are themselves or nothing
WORTH_NAMING: Final = 0.4  # a field with less of the best one's weight was met by chance
SAYING_NOTHING: Final = frozenset(("and", "for", "the", "need", "with", "about", "help", "expert", "und", "der", "die"))
NEW_FOR: Final = timedelta(days=30)  # so long a new consultant gets a share of the shop window
FREE_NOW: Final = (
    *("free now", "right now", "available now", "sofort", "jetzt", "maintenant", "ahora", "teraz"),
    *("dabar", "tagad", "kohe", "adesso", "zaraz", "зараз"),
)
MONEY: Final = r"(?:€|eur|usd|\$|£|gbp)?"
BELOW: Final = r"(?:under|below|max|up to|<|unter|bis|moins de|menos de|do|iki|lidz|kuni|meno di|до)"
RATE: Final = re.compile(rf"{BELOW}\s*{MONEY}\s*(\d{{1,4}})\s*{MONEY}(?:\s*(?:/|per|pro|an?)\s*(?:h|hour|stunde))?")


@dataclass(frozen=True, slots=True)
class Wish:
    """A message as it was understood. `rate`: the most for an hour, in whole units of the consultant's currency."""

    text: str
    words: tuple[str, ...] = ()
    fields: Mapping[str, float] = field(default_factory=dict)
    language: str | None = None
    rate: int | None = None
    free_now: bool = False

    @property
    def filters(self) -> bool:
        return self.free_now or self.language is not None or self.rate is not None


@dataclass(frozen=True, slots=True)
class Match:
    """A consultant and why: codes with their part, the strongest first ("field", "legal")."""

    expert: Expert
    score: float
    reasons: tuple[tuple[str, str], ...]


def understand(catalogue: Catalogue, text: str) -> Wish:
    """Read the wishes out of a message; what is left are its words."""
    rest = folded(text)
    rate = RATE.search(rest)
    rest = RATE.sub(" ", rest)
    free_now = any(re.search(rf"\b{re.escape(folded(said))}\b", rest) for said in FREE_NOW)
    language = _language(rest)
    words = tuple(dict.fromkeys(word for word in words_of(rest) if len(word) > 2 and word not in SAYING_NOTHING))
    return Wish(
        text=text,
        words=words,
        fields=_fields(catalogue, words),
        language=language,
        rate=None if rate is None else int(rate.group(1)),
        free_now=free_now,
    )


def find_experts(
    ctx: Ctx, wish: Wish, standing: Callable[[Expert], float] = lambda _expert: 0.5, *, but: str | None = None
) -> list[Match]:
    """Consultants who are listed and fit, the best first. `standing`: 0 to 1; `but`: an organisation left out."""
    query = select(Expert).where(Expert.live, Expert.organisation_id != (but or ""))
    found = [match for expert in ctx.session.scalars(query) if (match := _match(wish, expert, ctx.now)) is not None]
    return sorted(found, key=lambda match: (-_rank(match, standing(match.expert), ctx.now), match.expert.id))


def hourly(expert: Expert) -> int:
    """What an hour costs in minor units, for comparing: a session's price over its length."""
    if expert.basis == "minute":
        return expert.rate_minor * 60
    return expert.rate_minor * 60 // max(expert.lengths)


def _match(wish: Wish, expert: Expert, now: datetime) -> Match | None:
    free = expert.free_until is not None and expert.free_until > now
    if not _passes(wish, expert, free=free):
        return None
    weighed = list(_weighed(wish, expert))
    if not weighed and wish.words and not wish.filters:
        return None
    score = sum(weight for weight, _, _ in weighed)
    if free:
        weighed.append((0.5, "free_now", ""))
    if wish.language is not None:
        weighed.append((0.4, "language", wish.language))
    ordered = sorted(weighed, key=lambda each: -each[0])
    return Match(expert, score, tuple((kind, part) for _, kind, part in ordered))


def _passes(wish: Wish, expert: Expert, *, free: bool) -> bool:
    return (
        (free or not wish.free_now)
        and (wish.language is None or wish.language in expert.languages)
        and (wish.rate is None or hourly(expert) <= wish.rate * 100)
    )


def _weighed(wish: Wish, expert: Expert) -> Iterator[tuple[float, str, str]]:
    """What speaks for this consultant: weight, code, part."""
    for field_id in expert.fields:
        if likeness := wish.fields.get(field_id, 0.0):
            yield FIELD * likeness, "field", field_id
    for skill in expert.skills:
        if likeness := _likeness(words_of(skill), wish.words):
            yield SKILL * likeness, "skill", skill
    told = tuple(words_of(f"{expert.headline} {expert.bio}"))
    if said := [word for word in wish.words if _likeness([word], told)]:
        yield WORD * len(said) / len(wish.words), "words", ", ".join(said[:3])


def _rank(match: Match, standing: float, now: datetime) -> float:
    """Fit first; then what others say, who is free, and a share for who is new and has no standing to show yet."""
    expert = match.expert
    free = 0.3 if expert.free_until is not None and expert.free_until > now else 0.0
    new = 0.2 if expert.listed_at > now - NEW_FOR else 0.0
    return match.score + 0.6 * standing + free + new


def _likeness(words: Sequence[str], among: Sequence[str]) -> float:
    """How much of these words is found among others, misspelt or inflected: 0 to 1."""
    return sum(_is_among(word, among) for word in words) / len(words) if words else 0.0


def _is_among(word: str, among: Sequence[str]) -> bool:
    if len(word) < SHORTEST_LIKE:
        return word in among
    stem = word[: max(SHORTEST_LIKE, len(word) * 3 // 4)]
    if any(other.startswith(stem) for other in among):
        return True
    return process.extractOne(word, among, scorer=fuzz.ratio, score_cutoff=LIKE) is not None


def _language(text: str) -> str | None:
    words = set(words_of(text))
    return next((code for name, code in _names_of_languages().items() if name in words), None)


@lru_cache(maxsize=1)
def _names_of_languages() -> dict[str, str]:
    """What each of the eleven is called in all of them ("german", "deutsch", "vokiečių")."""
    names: dict[str, str] = {}
    for speaker in LANGUAGES:
        for code in LANGUAGES:
            name = Locale.parse(speaker).languages.get(code)
            if name is not None:
                names.setdefault(folded(name), code)
    return names


def _fields(catalogue: Catalogue, words: Sequence[str]) -> dict[str, float]:
    """The fields of expertise that the words speak of, each with its share of the best one's weight.

    A word tells more the fewer fields know it: ln(1 + fields / knowing fields), as in text search.
    """
    weights: dict[str, float] = {}
    known = _words_of_fields(catalogue)
    for word in words:
        knowing = [field_id for field_id, vocabulary in known.items() if _is_among(word, vocabulary)]
        for field_id in knowing:
            weights[field_id] = weights.get(field_id, 0.0) + math.log(1 + len(known) / len(knowing))
    most = max(weights.values(), default=1.0)
    return {field_id: weight / most for field_id, weight in weights.items() if weight >= most * WORTH_NAMING}


@lru_cache(maxsize=4)
def _words_of_fields(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    return {
        each.id: tuple({word for words in each.names.values() for name in words for word in words_of(name)})
        for each in catalogue.expertise.values()
    }
