"""A letter that asks for goods: the courtesies around the wish are left out.

"Our group is preparing its supply programme and kindly requests offers for pellets. Please include your terms of
payment." wants pellets. The rest is no wish, no company's name and no problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import pairwise
from typing import Final

from core.catalogue.language.grammar import Grammar
from core.catalogue.language.places import Places
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded

SURELY_A_LETTER: Final = 3  # words of a letter, if the text has a buying word or a number; one courtesy is enough
WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W_]+)?")
_CLAUSE: Final = re.compile(r"(?:[^.!?;:\n]|[.!?;:](?=\S))+(?:[.!?;:\n]|$)")
_DIGIT: Final = re.compile("[0-9]")


def strip_courtesies(text: str, words: Set[str], grammar: Grammar, catalogue: Catalogue, places: Places) -> str:
    """Return the text without the courtesies of a letter. `words`: its folded words.

    It stays unchanged if it is no letter, names no goods, or looks for a person.
    """
    idle = words & grammar.beside_requests
    of_letters = words & grammar.letter_words
    if not (idle or of_letters) or not words.isdisjoint(grammar.experts):
        return text
    wanting = not words.isdisjoint(grammar.first_words["sides"]) or _DIGIT.search(text) is not None
    courteous = not words.isdisjoint(grammar.courtesy) or (wanting and len(of_letters) >= SURELY_A_LETTER)
    if courteous:
        idle |= of_letters
    if not any(map(catalogue.name_index.like, words - idle - grammar.fillers)):
        return text
    reader = _Reader(frozenset(idle), grammar, catalogue, places)
    return "".join(reader.telling_clauses(text)) if courteous else reader.without_idle(text)


def rejoin_halves(text: str, words: Set[str], grammar: Grammar, catalogue: Catalogue) -> str:
    """Return the text with the two halves of a name of goods joined, if the first is a small word.

    The man of "man delschalen" is no man. `words`: its folded words.
    """
    if words.isdisjoint(grammar.nameless):
        return text
    goods = catalogue.name_index.vocabulary
    for one, other in pairwise(WORD.finditer(text)):
        small = folded(one[0])
        if small in grammar.nameless and small + (rest := folded(other[0])) in goods and rest not in goods:
            return text[: one.end()] + text[other.start() :]
    return text


class _Reader:
    """Reader of the clauses of one letter. `idle`: its folded words without meaning."""

    def __init__(self, idle: frozenset[str], grammar: Grammar, catalogue: Catalogue, places: Places) -> None:
        self.idle, self.grammar, self.catalogue, self.places = idle, grammar, catalogue, places

    def telling_clauses(self, text: str) -> Iterator[str]:
        """Yield the clauses that mean something, without the idle words."""
        for clause in _CLAUSE.findall(text):
            if self._says_something(clause):
                yield self.without_idle(clause)
            else:
                yield " . "

    def without_idle(self, text: str) -> str:
        return WORD.sub(lambda word: " " if folded(word[0]) in self.idle else word[0], text)

    def _says_something(self, clause: str) -> bool:
        """Return True if it has goods, a description, a number, a place or a side, or no letter word."""
        words = [folded(word) for word in WORD.findall(clause)]
        if _DIGIT.search(clause) or self.idle.isdisjoint(words):
            return True
        return any(map(self._is_request, (word for word in words if word not in self.idle)))

    def _is_request(self, word: str) -> bool:
        catalogue, first = self.catalogue, self.grammar.first_words
        if word in first["sides"] or word in first["schemes"]:
            return True
        if word in self.grammar.fillers:
            return False
        return bool(
            catalogue.name_index.like(word)
            or self.places.named(word)
            or catalogue.area_named(word)
            or catalogue.synonyms.describes_goods(word)
        )
