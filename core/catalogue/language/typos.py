"""Small words beside numbers that are misspelt: "700 tones", "udner 170 eruo", "witin 50 km", "by 15 Decmber".

Goods and towns are found by their letters wherever they stand. A unit is believed to be misspelt only beside a number,
where it is one or two slips from what may stand there, begins as that does, and is a word of nothing else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from typing import Final

from core.catalogue import Catalogue
from core.catalogue.language.places import Places
from core.catalogue.product_names import folded
from core.catalogue.spelling import SHORTEST, WordList

SURE_OF_TWO: Final = 8  # letters from which two slips are believed here: the word has no other part to be known by
_WORD: Final = rf"(?P<word>[^\W\d_]{{{SHORTEST},}})"
_BEHIND: Final = re.compile(rf"(?:(?<![\w.,])[0-9][0-9.,]*|/)\s*{_WORD}(?!\w)")
_BEFORE: Final = re.compile(rf"(?<!\w){_WORD}(?=\s+[0-9])")
_DIGIT: Final = re.compile("[0-9]")
LIMITS: Final = ("below", "above", "within", "near", "until", "starting")  # that stand before a number


def correct_spelling(text: str, catalogue: Catalogue, places: Places | None = None) -> str:
    """The text with such words put right. `places`: where towns may be named beside the numbers."""
    if _DIGIT.search(text) is None:
        return text
    behind, before = _words_beside_numbers(catalogue)
    text = _BEHIND.sub(partial(_put_right, behind, catalogue, places), text)
    return _BEFORE.sub(partial(_put_right, before, catalogue, places), text)


@dataclass(frozen=True, slots=True)
class _Beside:
    """The words that may stand on one side of a number, folded, each with what it means."""

    meanings: Mapping[str, frozenset[object]]
    spelling: WordList

    @classmethod
    def of(cls, said: Iterable[tuple[object, Iterable[str]]]) -> _Beside:
        meanings = defaultdict[str, set[object]](set)
        for meaning, words in said:
            for word in words:
                if " " not in word:
                    meanings[folded(word)].add(meaning)
        return cls({word: frozenset(meant) for word, meant in meanings.items()}, WordList(meanings))

    def meant_by(self, word: str) -> str | None:
        """The word that a misspelt one is meant for, where those nearest to it have one meaning."""
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
    """Whether it is a word of its own: a small word, goods or their slip, what describes them, a town or a country."""
    if is_function_word(word, catalogue) or catalogue.synonyms.has(word) or (places is not None and places.knows(word)):
        return True
    goods = catalogue.name_index.like(word)
    return any(other[0] == word[0] for other in goods) or bool(catalogue.area_named(word))


def is_function_word(word: str, catalogue: Catalogue) -> bool:
    """Whether a folded word is one of a phrase, a month, a weekday, a currency, a language or a unit."""
    return word in _small_words(catalogue)


@lru_cache(maxsize=4)
def _words_beside_numbers(catalogue: Catalogue) -> tuple[_Beside, _Beside]:
    """Those behind a number and those before it."""
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
    """Every word of every phrase, month and language."""
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
