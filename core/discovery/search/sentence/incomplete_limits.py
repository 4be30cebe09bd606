"""A limit without its number ("moisture below banana%", "price under market"): it is reported, and is no filter.

Words that may also stand before a place or a day ("do Gdańska", "bis Freitag") begin none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from core.catalogue import Catalogue
from core.catalogue.language.grammar import FIRST_WORD, grammar_of
from core.catalogue.language.normalised_text import NormalisedText
from core.catalogue.language.patterns import any_of
from core.catalogue.language.places import Places
from core.catalogue.product_names import folded
from core.discovery.search.sentence.measurements import PARAMETERS

MEANT_OTHERWISE: Final = ("to", "until", "starting")
FEW: Final = 3  # words of a message that is such a limit and nothing else


def extract_incomplete_limit(text: str, catalogue: Catalogue, places: Places) -> tuple[str, str]:
    """Return the incomplete limit as it was written, empty if there is none, and the sentence without it."""
    normalised, patterns = NormalisedText.of(text), _patterns(catalogue)
    words = FIRST_WORD.findall(normalised.text)
    found = None
    if not patterns.first_words.isdisjoint(words):
        found = patterns.behind_what.search(normalised.text)
    if found is None and words and len(words) <= FEW and words[0] in patterns.first_of_limits:
        found = patterns.alone.match(normalised.text.strip())
    if found is None or _means_something(found["instead"], catalogue, places):
        return "", text
    start, end = found.span()
    left = (normalised.as_written(0, start).rstrip(), normalised.as_written(end, len(normalised.text)).lstrip())
    return normalised.as_written(start, end).strip(), " ".join(filter(None, left))


def _means_something(word: str, catalogue: Catalogue, places: Places) -> bool:
    """Return True if the word is goods, a place or a courtesy, and so no mistyped number."""
    courtesies = grammar_of(catalogue).letter_words
    return word in catalogue.name_index.vocabulary or word in courtesies or places.knows(word)


class _Patterns:
    """Behind what is limited, and alone; no digit may follow, for "price below EUR 200" has its number."""

    def __init__(self, catalogue: Catalogue) -> None:
        words = catalogue.words
        limited = ("costs", *(f"measured_{each}" for each in PARAMETERS))
        what = [word for meaning in limited for word in words.all(meaning)]
        otherwise = {folded(word) for meaning in MEANT_OTHERWISE for word in words.all(meaning)}
        meanings = ("below", "above", "measured_below", "measured_above")
        said = {folded(word) for meaning in meanings for word in words.all(meaning)}
        limits = [word for word in said if word not in otherwise]
        self.first_words = _first_words(what)
        self.first_of_limits = _first_words(limits)
        small = r"(?:\s+[^\W\d_]{1,7}){0,2}?"  # "moisture content should be below"
        limit = rf"(?<!\w){any_of(limits)}(?!\w)\s+(?P<instead>[^\W\d_]{{2,}})(?!\w)\s*%?(?![^,;.!?]*[0-9])"
        self.behind_what = re.compile(rf"(?<!\w){any_of(what)}(?!\w){small}\s+{limit}")
        self.alone = re.compile(rf"{limit}$")


def _first_words(phrases: list[str]) -> frozenset[str]:
    return frozenset(found[0] for phrase in phrases if (found := FIRST_WORD.search(folded(phrase))))


@lru_cache(maxsize=4)
def _patterns(catalogue: Catalogue) -> _Patterns:
    return _Patterns(catalogue)
