"""Small words beside numbers that are misspelt: "700 tones", "udner 170 eruo", "witin 50 km", "by 15 Decmber".

Goods and towns are found by their letters in any position. A unit counts as misspelt only beside a number. It must be
one or two edits from a word that fits there, begin like it, and mean nothing else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from typing import Final

from core.catalogue.language.places import Places
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded
from core.catalogue.spelling import SHORTEST, WordList

SURE_OF_TWO: Final = 8  # letters from which two edits are allowed here: the word has no other part to be recognised by
_WORD: Final = rf"(?P<word>[^\W\d_]{{{SHORTEST},}})"
_BEHIND: Final = re.compile(rf"(?:(?<![\w.,])[0-9][0-9.,]*|/)\s*{_WORD}(?!\w)")
_BEFORE: Final = re.compile(rf"(?<!\w){_WORD}(?=\s+[0-9])")
_DIGIT: Final = re.compile("[0-9]")
LIMITS: Final = ("below", "above", "within", "near", "until", "starting")  # that stand before a number


def correct_spelling(text: str, catalogue: Catalogue, places: Places | None = None) -> str:
    """Return the text with such words corrected. `places`: towns that may be named beside the numbers."""
    if _DIGIT.search(text) is None:
        return text
    behind, before = _words_beside_numbers(catalogue)
    text = _BEHIND.sub(partial(_put_right, behind, catalogue, places), text)
    return _BEFORE.sub(partial(_put_right, before, catalogue, places), text)


@dataclass(frozen=True, slots=True)
class _Beside:
    """The words that may stand on one side of a number, folded, each with its meanings."""

    meanings: Mapping[str, frozenset[object]]
    spelling: WordList

    @classmethod
    def of(cls, word_lists: Iterable[tuple[object, Iterable[str]]]) -> _Beside:
        meanings = defaultdict[str, set[object]](set)
        for meaning, words in word_lists:
            for word in words:
                if " " not in word:
                    meanings[folded(word)].add(meaning)
        return cls({word: frozenset(meant) for word, meant in meanings.items()}, WordList(meanings))

    def meant_by(self, word: str) -> str | None:
        """Return the word that a misspelt one is meant for, if the nearest ones have one meaning."""
        near = {other: edits for other, edits in self.spelling.near(word).items() if other[0] == word[0]}
        least = min(near.values(), default=0)
        if not least or (least > 1 and len(word) < SURE_OF_TWO):
            return None
        nearest = [other for other, edits in near.items() if edits == least]
        return nearest[0] if frozenset.intersection(*(self.meanings[other] for other in nearest)) else None


def _put_right(beside: _Beside, catalogue: Catalogue, places: Places | None, found: re.Match[str]) -> str:
    word = folded(found["word"])
    if word in beside.meanings or _is_another(word, catalogue, places):
        return found[0]
    meant = beside.meant_by(word)
    return found[0] if meant is None else found[0].replace(found["word"], meant)


def _is_another(word: str, catalogue: Catalogue, places: Places | None) -> bool:
    """Return True if the word has its own meaning: a small word, goods, a description, a town or a country."""
    if is_function_word(word, catalogue) or catalogue.synonyms.has(word) or (places is not None and places.knows(word)):
        return True
    goods = catalogue.name_index.like(word)
    return any(other[0] == word[0] for other in goods) or bool(catalogue.area_named(word))


def is_function_word(word: str, catalogue: Catalogue) -> bool:
    """Return True if a folded word is part of a phrase, or a month, weekday, currency, language or unit."""
    return word in _small_words(catalogue)


@lru_cache(maxsize=4)
def _words_beside_numbers(catalogue: Catalogue) -> tuple[_Beside, _Beside]:
    """Return the words that stand behind a number, and those before it."""
    words = catalogue.words
    units = ((unit.code, unit.words) for unit in catalogue.units.values())
    lengths = ((meaning, words.all(meaning)) for meaning in ("days", "weeks", "span_months"))
    months = list(words.months.items())
    behind = chain(
        units, words.currencies.items(), months, lengths, [("km", ("kilometer", "kilometers", "kilometres"))]
    )
    before = chain(((meaning, words.all(meaning)) for meaning in LIMITS), months)
    return _Beside.of(behind), _Beside.of(before)


@lru_cache(maxsize=4)
def _small_words(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(word for phrase in _phrases(catalogue) for word in folded(phrase).split())


def _phrases(catalogue: Catalogue) -> Iterator[str]:
    words = catalogue.words
    for languages in words.phrases.values():
        yield from chain.from_iterable(languages.values())
    for named in (words.months, words.weekdays, words.genitives, words.currencies, words.languages):
        yield from chain.from_iterable(named.values())
    for unit in catalogue.units.values():
        yield from unit.words
    yield from catalogue.bare_cubic_metre
