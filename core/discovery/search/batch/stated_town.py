"""The place of a document's goods or adviser, read from its text: "near Rotterdam", "skład Łódź"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.catalogue import Catalogue
from core.catalogue.language.grammar import FIRST_WORD, grammar_of
from core.catalogue.language.normalised_text import NormalisedText
from core.catalogue.language.places import Place, Places
from core.catalogue.product_names import folded

LONGEST_NAME: Final = 3  # words of a town's name
SHORTEST_NAME: Final = 4  # letters of a town that is only known by its exact name
READ_AT_MOST: Final = 1_000  # letters of a text
_PIECE: Final = re.compile(r"[^.,;:/|()\n]+")
_WORD: Final = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")


@dataclass(frozen=True, slots=True)
class Mention:
    """One town of a text.

    `marked`: "near", "from" or the like stands beside it.
    `alone`: it stands alone between two commas.
    `last`: it is the last word.
    `as_called`: it is written exactly as its name.
    """

    place: Place
    marked: bool
    alone: bool
    last: bool
    as_called: bool

    @property
    def certainty(self) -> int:
        """Return how surely the goods are there; 0 if it may be any word or name."""
        if not self.place.well_known:
            return int(self.marked or (self.alone and not self.place.everyday_word))
        if self.marked or self.alone:
            return 4 if self.as_called else 2
        if self.place.everyday_word:
            return int(self.last)
        return 3 if self.as_called else 1


class StatedTown:
    """Reader of the town in a text; the destination of goods is not their location."""

    def __init__(self, catalogue: Catalogue, places: Places) -> None:
        words, self.places = catalogue.words, places
        self.goods = catalogue.name_index.vocabulary
        self.marks = _words_of((*words.all("near"), *words.all("at"), *words.all("stored"))) - {""}
        self.away = _words_of(words.all("taken_to"))
        self.near = grammar_of(catalogue).near

    def of(self, text: str) -> Place | None:
        """Return the town that is named most surely; the first among equals."""
        told = max(self._told(text[:READ_AT_MOST]), key=lambda one: one.certainty, default=None)
        return told.place if told and told.certainty else None

    def _told(self, text: str) -> Iterator[Mention]:
        normalised = NormalisedText.of(text)
        for piece in _PIECE.finditer(normalised.text):
            words = list(_WORD.finditer(normalised.text, *piece.span()))
            place = 0
            while place < len(words) and words[place][0] not in self.away:
                size, named = self._named(normalised, words[place : place + LONGEST_NAME])
                if named is not None:
                    before = words[place - 1][0] if place else ""
                    behind = words[place + size][0] if place + size < len(words) else ""
                    marked = before in self.marks or bool(self.near.fullmatch(behind))
                    last = place + size == len(words)
                    as_called = any(named is one for one in self.places.named(words[place][0])) or size > 1
                    yield Mention(named, marked, last and not place, last, as_called)
                place += size

    def _named(self, normalised: NormalisedText, words: list[re.Match[str]]) -> tuple[int, Place | None]:
        """Return the longest town that these words begin with, and its number of words. Goods are no town."""
        capital = normalised.as_written(*words[0].span())[:1].isupper()
        if words[0][0] in self.places.first_words:
            for size in range(len(words), 0, -1):
                name = normalised.text[words[0].start() : words[size - 1].end()]
                found = self.places.named(name)
                if found and _may_be_meant(found[0], name, capital):
                    return size, None if name in self.goods else found[0]
        return 1, self._in_another_case(words[0][0]) if capital else None

    def _in_another_case(self, word: str) -> Place | None:
        found = () if word in self.goods else self.places.declined(word)
        return found[0] if found and found[0].well_known else None


def _may_be_meant(place: Place, name: str, capital: bool) -> bool:
    if not place.well_known:
        return capital and len(name) >= SHORTEST_NAME
    return capital or not place.everyday_word


@lru_cache(maxsize=16)
def _words_of(phrases: tuple[str, ...]) -> frozenset[str]:
    """Return the last word of each phrase, folded."""
    return frozenset(FIRST_WORD.findall(folded(phrase))[-1] for phrase in phrases if FIRST_WORD.search(folded(phrase)))
