"""The documents to weigh for one query: all that meet the filters, or a bounded number of the freshest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.discovery.search.engine.query import GIVEN_UP, EngineQuery, Limits
from core.discovery.search.engine.segment import U32, Segment, kilometres
from core.discovery.search.engine.term_group import TermGroup, merged

GOODS: Final = "product:"  # the prefix of the tags of goods
CAP: Final = 8_000  # documents that are ranked for one query: the bound for the slowest
WORDS_CAP: Final = 2_000  # documents chosen for their words alone: those of the rarest words are enough
ENOUGH: Final = 400  # documents that have all the words
TELLS_LITTLE: Final = 0.1  # share of all words' weight; a word with less is no reason to leave documents out
FRESHEST: Final = 100  # documents per word, beside the few that have all the words
DEEP: Final = 200_000  # documents that exact filters are tested on: a test is a comparison of two numbers
ROUNDING: Final = 1e-9  # amounts are compared as floats here, and exactly when a hit is confirmed

Which = NDArray[np.bool_]
Test = Callable[[U32], Which]


@dataclass(slots=True)
class Candidates:
    """Chooses the documents of one segment that are weighed; `alive` says which have not been replaced since."""

    segment: Segment
    alive: Which
    query: EngineQuery
    groups: Sequence[TermGroup]
    weights: Sequence[float]  # the weight of each group

    def choose(self, limit: int) -> U32:
        """Return the numbers of the candidates in order, the newest first."""
        if self.free and self.groups and self.query.order == "best":
            return self._with_all_words(limit)
        meeting = self._meeting_filters()
        if meeting is not None and len(meeting) <= CAP:
            return meeting
        words = self._with_words(CAP)
        if meeting is not None:
            chosen = np.intersect1d(words, meeting, assume_unique=True)
            return chosen if self.query.some_word else _completed(chosen, meeting)
        fitting = self.fitting(words)
        if len(words) >= WORDS_CAP // 2 and len(fitting) < CAP // 40 and len(fitting) < len(words):
            fitting = self.fitting(self._with_words(DEEP))[:CAP]
        if not self.groups or (not self.query.some_word and self.query.must):
            fitting = _completed(fitting, self.fitting(np.arange(min(len(self.segment), DEEP), dtype=np.uint32)))
        return fitting

    @property
    def free(self) -> bool:
        """Return True if only the words decide. Then the best have rare words, and few documents need a look."""
        query = self.query
        limits = (query.price_at_most, query.price_at_least, query.amount, query.days)
        return query.near is None and not query.must and not query.some_word and all(limit is None for limit in limits)

    def _meeting_filters(self) -> U32 | None:
        """Return all documents that meet the filters, found from the rarest filter. None if too many meet each."""
        lists = [self._terms_of(alternatives) for alternatives in self.query.must]
        near = self.query.near
        if near is not None and near.circle_km is not None:
            lists.append(self.segment.cells(near.lat, near.lon, near.circle_km, self._asked_goods()))
        if not lists:
            return None
        if self._some_word_must():
            lists.append(self._terms_asked())
        rarest = min(lists, key=self.frequency)
        if self.frequency(rarest) > DEEP:
            return None
        return self.fitting(self.documents(rarest, DEEP))

    def _terms_asked(self) -> list[int]:
        """Return all terms of the words; with a distance, only goods within it."""
        asked, near = {term for group in self.groups for term in group.lists}, self.query.near
        if near is None or near.circle_km is None:
            return list(asked)
        products = self.segment.product_of_term
        goods = self.goods_named()
        return [
            *(asked - products.keys()),
            *(self.segment.cells(near.lat, near.lon, near.circle_km, goods) if goods else ()),
        ]

    def goods_named(self) -> list[str]:
        """Return the products that some word names."""
        products, names = self.segment.product_of_term, self.segment.product_names
        return sorted({names[products[term]] for group in self.groups for term in group.lists if term in products})

    @property
    def only_goods(self) -> bool:
        """Return True if all words name goods, so that no other goods can replace them."""
        return all(group.by_goods for group in self.groups)

    def _some_word_must(self) -> bool:
        """Return True if a document without any asked word can be left out: nothing else would make it relevant."""
        query = self.query
        some = query.some_word or query.least_relevance > 0
        return some and bool(self.groups) and all(group.spot is None for group in self.groups)

    def fitting(self, numbers: U32) -> U32:
        """Return those that meet every filter. Each test runs on what the ones before have left."""
        numbers = self.living(numbers)
        for test in (self._within, *chain.from_iterable(self._tests())):
            numbers = numbers[test(numbers)]
        return numbers

    def giving_up(self, numbers: U32, enough: int) -> tuple[U32, NDArray[np.uint8]]:
        """Return the documents within the distance that meet every filter, each with how many kinds of filters were
        given up.

        If there are not enough, filters are given up in the order of `GIVEN_UP`. The number is the place in it, from
        one on.
        """
        numbers = self.living(numbers)
        numbers = numbers[self._within(numbers)]
        given_up = np.zeros(len(numbers), np.uint8)
        for place, tests in enumerate(self._tests(), 1):
            for test in tests:
                given_up[~test(numbers)] = place
        met = np.bincount(given_up, minlength=len(GIVEN_UP) + 1).cumsum()
        kept = given_up <= min(int(met.searchsorted(enough)), len(GIVEN_UP))
        return numbers[kept], given_up[kept]

    def _tests(self) -> Sequence[Sequence[Test]]:
        """Return the tests of each kind of filter in the order of `GIVEN_UP`: each tells which documents meet it."""
        query = self.query
        return (
            [self._to_be_had] if query.days is not None else (),
            [self._enough] if query.amount is not None else (),
            [self._within_price] if query.price_at_most is not None or query.price_at_least is not None else (),
            [partial(self.has, terms=self._terms_of(alternatives)) for alternatives in query.must],
        )

    def _to_be_had(self, numbers: U32) -> Which:
        assert self.query.days is not None
        (first, last), columns = self.query.days, self.segment.columns
        meets: Which = (columns.first_days.take(numbers) <= last) & (columns.last_days.take(numbers) >= first)
        meets |= columns.last_days.take(numbers) == 0  # at any time
        return meets

    def _enough(self, numbers: U32) -> Which:
        assert self.query.amount is not None
        columns = self.segment.columns
        asked = self._by_goods(self.query.amount, numbers, columns.amount_kinds)
        enough: Which = columns.amounts.take(numbers) * (1 + ROUNDING) >= asked
        enough &= columns.least.take(numbers) * (1 - ROUNDING) <= asked
        return enough | np.isnan(asked)

    def _within_price(self, numbers: U32) -> Which:
        columns, most, least = self.segment.columns, self.query.price_at_most, self.query.price_at_least
        prices, meets = columns.prices.take(numbers), np.ones(len(numbers), bool)
        if most is not None:
            meets &= prices <= self._by_goods(most, numbers, columns.price_kinds) * (1 + ROUNDING)
        if least is not None:
            meets &= prices >= self._by_goods(least, numbers, columns.price_kinds) * (1 - ROUNDING)
        return meets

    def _within(self, numbers: U32) -> Which | slice:
        near = self.query.near
        if near is None or near.radius_km is None:
            return slice(None)
        within: Which = self.segment.by_distance(numbers, near.lat, near.lon, kilometres) <= near.radius_km
        return within

    def _by_goods(self, limits: Limits, numbers: U32, kinds: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the limit that holds for each document, NaN where its unit cannot be compared."""
        return limits.value * self.segment.factors_of(limits.factors, numbers, kinds)

    def living(self, numbers: U32) -> U32:
        """Return those that have not been replaced, and have no excluded term."""
        numbers = numbers[self.alive.take(numbers)]
        unwanted = self.query.must_not
        return numbers[~self.has(numbers, self._terms_of(unwanted))] if unwanted else numbers

    def _with_all_words(self, limit: int) -> U32:
        """Return the rarest word's documents that also have the other words, if there are enough.

        Otherwise add the freshest documents of each word.
        """
        known = [place for place in self.rarest_first() if self.groups[place].lists]
        if not known:
            return np.empty(0, np.uint32)
        chosen = self._having(known, limit)
        if len(chosen) == 1 and len(chosen[0]) >= limit:
            return chosen[0]
        # Where too few have the rarest word and all others, those may do that have all but the rarest.
        chosen += self._having(known[1:], limit) if len(known) > 2 else []
        most = max(FRESHEST, limit)
        freshest = [self.documents(group.terms[-1:], most) for group in self.groups if group.terms]
        return self.living(merged([*chosen, *freshest]))

    def _having(self, known: Sequence[int], limit: int) -> list[U32]:
        """Return the first word's documents that also have the other words, as long as enough are left.

        Each word that leaves too few gives another list: those few documents.
        """
        rarest, *others = known
        numbers = self.living(self._weightiest(self.groups[rarest].lists, WORDS_CAP))
        telling = [place for place in others if self.weights[place] >= TELLS_LITTLE * sum(self.weights)]
        fewer: list[U32] = []
        # Goods come last: a document that mentions them need not sell them.
        for place in sorted(telling, key=lambda place: self.groups[place].by_goods):
            having = numbers[self.groups[place].meets(numbers)]
            if len(having) >= limit:
                numbers = having
            else:
                fewer.append(having)
        return [numbers[:ENOUGH], *fewer]

    def _with_words(self, cap: int) -> U32:
        """Return documents that have some asked word, those of the rarest words first, because these say most."""
        chosen: list[U32] = []
        left = cap
        for place in self.rarest_first():
            if left > 0 and self.groups[place].lists:
                chosen.append(self.documents(self.groups[place].lists, left))
                left -= len(chosen[-1])
        return merged(chosen)

    def rarest_first(self) -> list[int]:
        return sorted(range(len(self.groups)), key=lambda place: self.groups[place].reach)

    def documents(self, terms: Sequence[int], cap: int) -> U32:
        """Return the freshest documents that have one of the terms."""
        lists: list[U32] = [self.segment.postings(term)[:cap] for term in terms]
        if len(lists) == 1:
            return lists[0] >> np.uint32(1)
        return merged(lists, drop=1)[:cap]

    def _weightiest(self, terms: Sequence[int], cap: int) -> U32:
        """Return the freshest documents that have the first of the terms, then of those that have the next."""
        lists: list[U32] = []
        for term in terms:
            if cap > 0:
                lists.append(self.segment.postings(term)[:cap])
                cap -= len(lists[-1])
        return merged(lists, drop=1)

    def has(self, numbers: U32, terms: Sequence[int]) -> Which:
        """Return which of the documents have one of the terms."""
        has = np.zeros(len(numbers), dtype=bool)
        if len(numbers):
            for term in terms:
                postings = self.segment.postings(term)
                at = np.searchsorted(postings, numbers << np.uint32(1))
                found = postings[np.minimum(at, len(postings) - 1)] >> np.uint32(1)
                has |= found == numbers
        return has

    def _terms_of(self, tags: frozenset[str]) -> list[int]:
        return [term for text in tags if (term := self.segment.term(text)) is not None]

    def frequency(self, terms: Sequence[int]) -> int:
        return sum(self.segment.frequency(term) for term in terms)

    def _asked_goods(self) -> list[str]:
        for alternatives in self.query.must:
            if alternatives and all(text.startswith(GOODS) for text in alternatives):
                return [text.removeprefix(GOODS) for text in alternatives]
        return []


def _completed(chosen: U32, others: U32) -> U32:
    """Return the chosen documents, filled up to the cap with the freshest of the others."""
    if len(chosen) >= CAP:
        return chosen[:CAP]
    return merged([chosen, others[: CAP - len(chosen)]])
