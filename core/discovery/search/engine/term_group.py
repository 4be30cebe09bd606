"""One asked word in one segment: the terms that it may stand for, and how well documents meet it.

A word means the same as long as its segment lasts. So the result is kept with the segment for the next query.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.discovery.search.engine.query import Spot
from core.discovery.search.engine.segment import F32, U32, Numbers, Segment, kilometres

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
