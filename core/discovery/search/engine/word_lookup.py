"""The terms that an asked word stands for: exact, begun, inflected, misspelt, written apart or together.

All fuzziness is spent here, on the distinct words of a market, which grow far more slowly than its listings. The result
is a few exact terms. Each has a weight from 0 to 1 that says how well it meets the word.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from core.catalogue.spelling import SHORTEST
from core.discovery.search.engine.query import Spot, Word
from core.discovery.search.engine.segment import Segment
from core.discovery.search.engine.term_group import TermGroup

BEGUN_AT_MOST: Final = 40  # terms of a word that was only begun: companies may have their name from one town or man
TERMS_AT_MOST: Final = 10  # terms for one word: more are ever less likely, and each costs a list to scan
BY_EDITS: Final = (1.0, 0.8, 0.6)  # how well a word meets another that is none, one or two edits away
BEGUN: Final = 0.85  # "sunflow" is sunflower, not to its end
INFLECTED: Final = 0.75  # "granulių" is granulės: one stem, another ending
LONGEST_ENDING: Final = 3
SHORTEST_PAIR: Final = 7  # letters of two words that are one in another case
JOINED: Final = 0.95  # "wood pellets" and "woodpellets"
WELL_KNOWN: Final = 100  # documents that have a word: it is no typo, and similar words are other words
KNOWN: Final = 5  # documents that have a word: it may be a typo of a common one, but not of a rarer one
NEARLY_EVERYBODY: Final = 20  # times as many documents
BESIDE_EXACT: Final = 0.6  # weight of a misspelling of a word that is itself known
BESIDE_BEGUN: Final = 0.5  # how far it is believed of a last word that others begin with: "waldl" is rather Waldler
OTHER_INITIAL: Final = 0.85  # people seldom miss the first letter
LEANING: Final = 0.7  # how well goods meet a word that their sellers use, when their own listing does not have it
CLEARLY_LEANING: Final = 0.6
NAMING: Final = 0.9  # how well goods meet a word that is hardly used for others: it is a name of theirs
CERTAINLY_LEANING: Final = 0.8
BY_CHANCE: Final = 2  # documents by which a share is taken to be too high: few may agree by chance
BEGINNINGS_LOOKED_AT: Final = 500
WORDS_KEPT: Final = 5_000


class Asked(NamedTuple):
    """The cache key for the terms of a word: a `Word` without its weight."""

    text: str
    fuzzy: bool
    own: float
    also: tuple[tuple[str, float], ...]
    where: tuple[Spot, float] | None
    beside: tuple[str, ...]
    unfinished: bool


class Reader:
    """Reader of asked words for one segment. A word's own meaning never changes, and is kept for the next query."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self._groups = lru_cache(maxsize=WORDS_KEPT)(self._read)

    def group(self, word: Word) -> TermGroup:
        """Return the terms that the word may stand for."""
        where = None if word.spot is None else (word.spot, word.spot_weight)
        also = tuple(word.also.items())
        return self._groups(Asked(word.text, word.fuzzy, word.own, also, where, word.beside, word.unfinished))

    def _read(self, asked: Asked) -> TermGroup:
        named = {self.segment.term(text) for text in asked.beside}
        alone = self._alone(asked.text, asked.fuzzy, asked.unfinished)
        found = {term: weight * asked.own for term, weight in alone.items() if term not in named}
        for text, weight in asked.also:
            other = self.segment.term(text)
            if other is not None:
                found[other] = max(weight, found.get(other, 0.0))
        return TermGroup(
            self.segment, *self._kept(found, BEGUN_AT_MOST if asked.unfinished else TERMS_AT_MOST), asked.where
        )

    def _alone(self, word: str, fuzzy: bool, unfinished: bool) -> dict[int, float]:
        found: dict[int, float] = {}
        exact = self.segment.term(word)
        if fuzzy:
            self._similar(word, exact, found)
        if unfinished:
            texts = self.segment.texts
            begun = {term for term in found if texts[term].startswith(word)}
            if begun:
                found = {term: weight * (1.0 if term in begun else BESIDE_BEGUN) for term, weight in found.items()}
        if exact is not None:
            found[exact] = 1.0
        if fuzzy:
            self._leaning(found)
        return found

    def split(self, word: str) -> tuple[str, str] | None:
        """Return the two known words that are written together; the more used they are, the likelier."""
        best, parts = 0.0, None
        for cut in range(3, len(word) - 2):
            left, right = self.segment.term(word[:cut]), self.segment.term(word[cut:])
            if left is not None and right is not None:
                score = min(self.segment.frequency(left), self.segment.frequency(right))
                if score > best:
                    best, parts = score, (word[:cut], word[cut:])
        return parts

    def _similar(self, word: str, exact: int | None, found: dict[int, float]) -> None:
        if len(word) < 3 or word.isdigit():
            return
        segment = self.segment
        heard = segment.frequency(exact) if exact is not None else 0
        self._begun(word, found)
        if heard >= WELL_KNOWN:
            return
        near = segment.common_near(word) if heard >= KNOWN else segment.near(word)
        for term, edits in near.items():
            if edits:
                text = segment.texts[term]
                weight = BY_EDITS[edits] * (1.0 if text[0] == word[0] else OTHER_INITIAL)
                # A known word is believed, unless nearly everybody writes the other: then it is their misspelling.
                if heard * NEARLY_EVERYBODY > segment.frequency(term):
                    weight *= BESIDE_EXACT
                found[term] = max(weight, found.get(term, 0.0))

    def _begun(self, word: str, found: dict[int, float]) -> None:
        """Return words that begin with this one, and those that share all but a short ending with it."""
        segment = self.segment
        ending = min(LONGEST_ENDING, max(0, len(word) - SHORTEST))
        stem = word[: len(word) - ending] if len(word) > SHORTEST else word
        terms = segment.beginning(stem, BEGINNINGS_LOOKED_AT)
        if not terms:
            return
        length = len(word)
        for term, text in enumerate(segment.texts[terms.start : terms.stop], terms.start):
            if text.startswith(word):
                weight = BEGUN * (0.7 + 0.3 * length / len(text))
            elif len(text) > length + LONGEST_ENDING:
                continue
            else:
                longer = max(length, len(text))
                shared = _shared(word, text)
                if shared < SHORTEST or longer - shared > LONGEST_ENDING:
                    continue
                weight = INFLECTED * shared / longer + 0.1
            if text != word and ":" not in text:
                found[term] = max(weight, found.get(term, 0.0))

    def _leaning(self, found: dict[int, float]) -> None:
        """Return the goods that sellers who use these words have chosen: a learned dictionary."""
        if not found:
            return
        terms, frequency = self.segment.terms, self.segment.frequency
        if len(found) == 1:
            (best,) = found
        else:
            best = max(found, key=lambda term: found[term] * math.log(2 + frequency(term)))
        if terms.leaning[best] >= CLEARLY_LEANING:
            name = self.segment.product_names[terms.lean[best]]
            goods = self.segment.term(f"product:{name}")
            share, heard = float(terms.leaning[best]), frequency(best)
            if goods is None:
                return
            if share * heard / (heard + BY_CHANCE) >= CERTAINLY_LEANING:
                found[goods] = NAMING * found[best]
            else:
                # It tells no more than that goods of this kind are meant, however rare the word itself is.
                told = self._tells(goods) / self._tells(best)
                found[goods] = LEANING * found[best] * share * min(1.0, told)

    def _tells(self, term: int) -> float:
        return math.log(1 + len(self.segment) / (1 + self.segment.frequency(term)))

    def _kept(self, found: Mapping[int, float], most_terms: int) -> tuple[list[int], list[float], int]:
        """Return the likeliest terms. If two are as near, the one in more documents is likelier.

        Goods that sellers have chosen for such words stay, however little they weigh.
        """
        if not found:
            return [], [], 0
        heard = {term: self.segment.frequency(term) for term in found}
        most = math.log(2 + max(heard.values()))
        likely = {
            term: weight * (0.85 + 0.15 * math.log(2 + heard[term]) / most) if weight < 1 else weight
            for term, weight in found.items()
        }
        kept = sorted(likely, key=likely.__getitem__, reverse=True)[:most_terms]
        best = likely[kept[0]]
        goods = self.segment.product_of_term
        kept = [term for term in reversed(kept) if likely[term] >= best / 2 or term in goods]
        return kept, [likely[term] for term in kept], sum([heard[term] for term in kept if likely[term] >= 0.8 * best])


def rejoined(words: Sequence[Word], readers: Sequence[Reader]) -> list[Word]:
    """Return the words, with the market's spelling added to those it writes apart or together otherwise."""
    segments = [reader.segment for reader in readers]
    joined: list[str | None] = [None] * (len(words) + 1)  # each word joined to the one before it
    for place, (one, other) in enumerate(pairwise(words), 1):
        pair = one.text + other.text
        if one.fuzzy and other.fuzzy:
            joined[place] = _written(pair, segments)
    read: list[Word] = []
    for place, word in enumerate(words):
        also = {pair: JOINED for pair in joined[place : place + 2] if pair is not None}
        if also:
            read.append(word._replace(also={**word.also, **also}))
            continue
        if word.fuzzy and not word.also and not any(segment.term(word.text) is not None for segment in segments):
            parts = next(filter(None, (reader.split(word.text) for reader in readers)), None)
            if parts is not None:
                read += [Word(part, fuzzy=False) for part in parts]
                continue
        read.append(word)
    return read


def _written(pair: str, segments: Sequence[Segment]) -> str | None:
    """Return two words as one, as the market writes it, perhaps in another case ("lind admark": Lindadmarks Såg)."""
    if any(segment.term(pair) is not None for segment in segments):
        return pair
    begun = [segment.beginning(pair, 1) for segment in segments] if len(pair) >= SHORTEST_PAIR else []
    texts = (segment.texts[terms.start] for segment, terms in zip(segments, begun, strict=False) if terms)
    return next((text for text in texts if len(text) <= len(pair) + LONGEST_ENDING), None)


def _shared(one: str, other: str) -> int:
    """Return how many letters two words have in common from their beginning."""
    for number, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return number
    return min(len(one), len(other))
