"""One asked word in one segment: the terms that it may stand for, and how well documents meet it.

The terms are exact, begun, inflected, misspelt, written apart or together. All fuzziness is spent on the distinct words
of a market, which grow far more slowly than its listings. Each term has a weight from 0 to 1 that says how well it
meets the word. A word means the same as long as its segment lasts, so the result is kept for the next query.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.catalogue.spelling import SHORTEST
from core.discovery.search.engine.query import Spot, Word
from core.discovery.search.engine.segment import F32, U32, Numbers, Segment, kilometres

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
        frequency_of = segment.frequency(exact) if exact is not None else 0
        self._begun(word, found)
        if frequency_of >= WELL_KNOWN:
            return
        near = segment.common_near(word) if frequency_of >= KNOWN else segment.near(word)
        for term, edits in near.items():
            if edits:
                text = segment.texts[term]
                weight = BY_EDITS[edits] * (1.0 if text[0] == word[0] else OTHER_INITIAL)
                # A known word is believed, unless nearly everybody writes the other: then it is their misspelling.
                if frequency_of * NEARLY_EVERYBODY > segment.frequency(term):
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
            share, known = float(terms.leaning[best]), frequency(best)
            if goods is None:
                return
            if share * known / (known + BY_CHANCE) >= CERTAINLY_LEANING:
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
        frequencies = {term: self.segment.frequency(term) for term in found}
        most = math.log(2 + max(frequencies.values()))
        likely = {
            term: weight * (0.85 + 0.15 * math.log(2 + frequencies[term]) / most) if weight < 1 else weight
            for term, weight in found.items()
        }
        kept = sorted(likely, key=likely.__getitem__, reverse=True)[:most_terms]
        best = likely[kept[0]]
        goods = self.segment.product_of_term
        kept = [term for term in reversed(kept) if likely[term] >= best / 2 or term in goods]
        return (
            kept,
            [likely[term] for term in kept],
            sum([frequencies[term] for term in kept if likely[term] >= 0.8 * best]),
        )


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


AT_THE_PLACE_KM: Final = 5  # a query for a town includes its outskirts
NEIGHBOURS: Final = 0.85  # how well the next town does for the one that was named
AWAY_KM: Final = 80  # how fast a place stops being "there"
TOUCHES: Final = 60.0  # km around a place that is named without a distance
NAMED_ENOUGH: Final = 200  # documents that name a place: with so many, its neighbourhood need not be looked through
HINT: Final = 0.5  # share of the word's own weight; goods with less are only hinted at
IN_TEXT: Final = 0.9  # a word in the description weighs less than one in the title
FEW: Final = 1_000  # documents of a word that are written down with how well they meet it; longer lists are searched


class TermGroup:
    """A word's terms, the least weighty first; `frequency`: documents that have one of the shortlists.

    - `goods`: how well each product of the segment meets the word, if it names some. Marks of goods are looked up by a
      document's product, not in a list of documents.
    - `plain`: all other terms with their weights.
    - `most`: how well a document can meet the word at most.
    - `most_plain`: the same, of other goods and far away.
    - `most_there`: the same for a place, by being there.
    - `by_goods`: whether nothing meets it better than the goods that it names.
    - `lists`: the terms whose documents are read, the weightiest first. For a place that few documents name, they
      include its neighbourhood.
    - `reach`: how many documents these are, at most.
    - `unlisted`: how well a document in none of them can meet the word. Goods that the word only hints at (a company
      sells mostly pellets) are in no list. Otherwise a query for the company would show all pellets.
    """

    __slots__ = (
        "_documents", "_few", "_long", "by_goods", "frequency", "goods", "lists", "most", "most_plain", "most_there",
        "plain", "reach", "segment", "spot", "terms", "unlisted", "weights",
    )  # fmt: skip

    def __init__(
        self,
        segment: Segment,
        terms: list[int],
        weights: list[float],
        frequency: int,
        where: tuple[Spot, float] | None = None,
    ) -> None:
        self.segment, self.terms, self.weights, self.frequency = segment, terms, weights, frequency
        self.spot: Spot | None = None if where is None else where[0]
        self.most_there = 0.0 if where is None else where[1]
        self.plain = list(zip(terms, weights, strict=True))
        self.goods = self._goods()
        if self.goods is not None:
            self.plain = [each for each in self.plain if each[0] not in segment.product_of_term]
        self.most_plain = self.plain[-1][1] if self.plain else 0.0
        self.most = max(weights[-1] if weights else 0.0, self.most_there)
        self.by_goods = self.goods is not None and self.most_plain < weights[-1]
        most_goods = 0.0 if self.goods is None else float(self.goods.max())
        self.unlisted = most_goods if most_goods < HINT * self.most_plain else 0.0
        self.lists = [term for term, _ in reversed(self.plain)] if self.unlisted else terms[::-1]
        if self.spot is not None and frequency < NAMED_ENOUGH:
            self.lists += segment.cells(self.spot.lat, self.spot.lon, TOUCHES)
        self.reach = sum([segment.frequency(term) for term in self.lists])
        self._documents: U32 | None = None
        self._few: tuple[U32, F32] | None = None
        self._long: list[tuple[U32, F32]] | None = None

    def _goods(self) -> F32 | None:
        products = self.segment.product_of_term
        named = [(products[term], weight) for term, weight in self.plain if term in products]
        if not named:
            return None
        goods = np.zeros(len(self.segment.columns.product_names), np.float32)
        for product, weight in named:
            goods[product] = weight
        return goods

    @property
    def documents(self) -> U32:
        """All documents of the lists, in order; for rare words."""
        if self._documents is None:
            lists = [self.segment.postings(term) for term in self.lists]
            self._documents = lists[0] >> np.uint32(1) if len(lists) == 1 else merged(lists, drop=1)
        return self._documents

    def met(self, numbers: U32, at: Numbers, entries: U32, products: NDArray[Any] | None) -> F32:
        """Return how well each document meets the word, by the best of its terms or by its location.

        - `at`: the numbers to gather by.
        - `entries`: the same numbers in postings, without the bit of the title.
        - `products`: those of the documents.
        """
        met = self._by_terms(numbers, entries, products)
        if self.spot is not None:
            there = self.segment.by_distance(at, self.spot.lat, self.spot.lon, how_near)
            np.fmax(met, there if self.most_there == 1 else there * np.float32(self.most_there), out=met)
        return met

    def meets(self, numbers: U32) -> NDArray[np.bool_]:
        """Return which of the documents meet the word.

        If it mainly names goods, documents of these goods meet it. If it is a place, those around it meet it too. Goods
        that are only hinted at meet nothing.
        """
        products = None if self.goods is None or self.unlisted else self.segment.columns.products.take(numbers)
        if self.by_goods:
            assert self.goods is not None
            assert products is not None
            of_goods: NDArray[np.bool_] = self.goods.take(products) > 0
            return of_goods
        meets: NDArray[np.bool_] = self._by_terms(numbers, numbers << np.uint32(1), products) > 0
        if self.spot is not None:
            meets |= self.segment.by_distance(numbers, self.spot.lat, self.spot.lon, kilometres) <= TOUCHES
        return meets

    def _by_terms(self, numbers: U32, entries: U32, products: NDArray[Any] | None) -> F32:
        met: F32 | None = None
        if self.goods is not None and products is not None:
            met = self.goods.take(products)
            if not self.plain or (len(met) and np.minimum.reduce(met) >= self.most_plain):
                return met  # all are of the goods, and nothing else would meet the word better
        if self._few is None and self._long is None:
            self._write_down()
        if self._few is not None:
            documents, how_well = self._few
            places = documents.searchsorted(numbers)
            found = how_well.take(places, mode="clip")
            found *= documents.take(places, mode="clip") == numbers
            return found if met is None else np.maximum(met, found, out=met)
        for postings, told in self._long or ():
            # Found is the document's entry, one more where the word stands in its title, or an entry of another one.
            beyond = postings.take(postings.searchsorted(entries), mode="clip")
            beyond -= entries
            found = told.take(beyond, mode="clip")
            met = found if met is None else np.maximum(met, found, out=met)
        return np.zeros(len(numbers), np.float32) if met is None else met

    def _write_down(self) -> None:
        """Store how well documents meet the word, in one of two forms.

        If few documents have a term that names no goods, store them with their best term. Otherwise store the documents
        of each term, and its worth: in the text, in the title, not at all.
        """
        lists = [self.segment.postings(term) for term, _ in self.plain]
        if len(lists) < 4 or sum(map(len, lists)) > FEW:
            told = [np.array((weight * IN_TEXT, weight, 0.0), np.float32) for _, weight in self.plain]
            self._long = list(zip(lists, told, strict=True))
            return
        entries = np.concatenate(lists)
        weights = np.array([weight for _, weight in self.plain], np.float32).repeat([len(each) for each in lists])
        weights[entries & np.uint32(1) == 0] *= np.float32(IN_TEXT)
        documents = entries >> np.uint32(1)
        best_last = np.lexsort((weights, documents))
        documents, weights = documents[best_last], weights[best_last]
        last = np.ones(len(documents), bool)
        np.not_equal(documents[1:], documents[:-1], out=last[:-1])
        self._few = documents[last], weights[last]


def how_near(km: F32) -> F32:
    """Return 1 at the place, less with distance, NaN if the position is unknown."""
    there: F32 = np.exp((AT_THE_PLACE_KM - km) / np.float32(AWAY_KM))
    there *= np.float32(NEIGHBOURS)
    there[km <= AT_THE_PLACE_KM] = 1
    return there


def merged(lists: list[U32], drop: int = 0) -> U32:
    """Return all their numbers in order, each once, without the `drop` lowest bits. For short lists this is five times
    as fast as np.unique.
    """
    if not lists:
        return np.empty(0, np.uint32)
    together = np.concatenate(lists)
    if drop:
        together >>= np.uint32(drop)
    together.sort()
    new = np.empty(len(together), dtype=bool)
    new[:1] = True
    np.not_equal(together[1:], together[:-1], out=new[1:])
    return together[new]
