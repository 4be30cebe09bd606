"""The documents that are looked at for one query: all that meet the wishes, or a bounded number of the freshest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.search.engine.reading import Group
from core.search.engine.segment import U32, Segment
from core.search.engine.squares import touched
from core.search.engine.wanted import Limits, Spot, Wanted

GOODS: Final = "product:"  # what the marks of goods begin with
CAP: Final = 8_000  # documents that are ranked for one query: what bounds the slowest
WORDS_CAP: Final = 2_000  # of them, those that are chosen for their words alone: those of the rarest words are enough
ENOUGH: Final = 400  # documents that have all the words
TELLS_LITTLE: Final = 0.1  # of what all words tell: one that tells less is no reason to leave others out
FRESHEST: Final = 100  # of each word, beside the few that have all the words
DEEP: Final = 200_000  # documents that exact wishes are tested on: a test is a comparison of two numbers
TOUCHES: Final = 60.0  # km around a place that is named without a distance
NAMED_ENOUGH: Final = 200  # documents that name a place: with so many, its neighbourhood need not be looked through
ROUNDING: Final = 1e-9  # amounts are compared as floats here, and exactly when a hit is confirmed


@dataclass(slots=True)
class Candidates:
    """Chooses the documents of one segment that are weighed; `alive` says which have not been replaced since."""

    segment: Segment
    alive: NDArray[np.bool_]
    wanted: Wanted
    groups: Sequence[Group]
    weights: Sequence[float]  # what each group tells
    lists: list[Sequence[int]] = field(init=False)  # for each word the terms whose documents are looked at

    def __post_init__(self) -> None:
        self.lists = [self._lists(group) for group in self.groups]

    def choose(self, limit: int) -> U32:
        """Their numbers in order, the newest first."""
        if self.free and self.groups and self.wanted.order == "best":
            return self._with_all_words(limit)
        meeting = self._meeting_wishes()
        if meeting is not None and len(meeting) <= CAP:
            return meeting
        words = self._with_words(CAP)
        if meeting is not None:
            chosen = np.intersect1d(words, meeting, assume_unique=True)
            return chosen if self.wanted.some_word else _filled(chosen, meeting)
        fitting = self.fitting(words)
        if len(words) >= WORDS_CAP // 2 and len(fitting) < CAP // 40 and len(fitting) < len(words):
            fitting = self.fitting(self._with_words(DEEP))[:CAP]
        if not self.groups or (not self.wanted.some_word and self.wanted.must):
            fitting = _filled(fitting, self.fitting(np.arange(min(len(self.segment), DEEP), dtype=np.uint32)))
        return fitting

    @property
    def free(self) -> bool:
        """Whether nothing but the words decides: then the best have rare words, and few need be looked at."""
        wanted = self.wanted
        limits = (wanted.price_at_most, wanted.price_at_least, wanted.amount, wanted.days)
        return (
            wanted.near is None and not wanted.must and not wanted.some_word and all(limit is None for limit in limits)
        )

    def _meeting_wishes(self) -> U32 | None:
        """All documents that meet the wishes, found from the wish that fewest meet; None where too many meet each."""
        lists = [self._terms_of(wish) for wish in self.wanted.must]
        near = self.wanted.near
        if near is not None and near.radius_km is not None:
            lists.append(self.cells(near, near.radius_km, self._goods_wanted()))
        if not lists:
            return None
        if self._some_word_must():
            lists.append(self._terms_asked())
        rarest = min(lists, key=self.frequency)
        if self.frequency(rarest) > DEEP:
            return None
        return self.fitting(self.documents(rarest, DEEP))

    def _terms_asked(self) -> list[int]:
        """All terms of the words; where a distance is wished for, goods no further away than that."""
        asked, near = {term for terms in self.lists for term in terms}, self.wanted.near
        if near is None or near.radius_km is None:
            return list(asked)
        products = self.segment.product_of_term
        goods = self.goods_named()
        return [*(asked - products.keys()), *(self.cells(near, near.radius_km, goods) if goods else ())]

    def goods_named(self) -> list[str]:
        """The products that some word names."""
        products, names = self.segment.product_of_term, self.segment.product_names
        return sorted({names[products[term]] for terms in self.lists for term in terms if term in products})

    def _some_word_must(self) -> bool:
        """Whether a document that has no asked word can be left out: nothing else would make it relevant."""
        wanted = self.wanted
        some = wanted.some_word or wanted.least_relevance > 0
        return some and bool(self.groups) and all(group.spot is None for group in self.groups)

    def fitting(self, numbers: U32) -> U32:
        """Those of them that meet every wish; each test runs on what the ones before have left."""
        wanted, columns = self.wanted, self.segment.columns
        numbers = self.living(numbers)
        if wanted.days is not None:
            first, last = wanted.days
            any_time = columns.last_days.take(numbers) == 0
            meets = (columns.first_days.take(numbers) <= last) & (columns.last_days.take(numbers) >= first)
            numbers = numbers[any_time | meets]
        for limits, below in ((wanted.price_at_most, True), (wanted.price_at_least, False)):
            if limits is not None:
                limit = self._by_goods(limits, numbers, columns.price_kinds)
                limit *= 1 + ROUNDING if below else 1 - ROUNDING
                prices = columns.prices.take(numbers)
                numbers = numbers[prices <= limit if below else prices >= limit]
        if wanted.amount is not None:
            asked = self._by_goods(wanted.amount, numbers, columns.amount_kinds)
            enough = columns.amounts.take(numbers) * (1 + ROUNDING) >= asked
            small_enough = columns.least.take(numbers) * (1 - ROUNDING) <= asked
            numbers = numbers[np.isnan(asked) | (enough & small_enough)]
        if wanted.near is not None and wanted.near.radius_km is not None:
            km = self.segment.distance_km(numbers, wanted.near.lat, wanted.near.lon)
            numbers = numbers[km <= wanted.near.radius_km]
        for wish in wanted.must:
            numbers = numbers[self.has(numbers, self._terms_of(wish))]
        return numbers

    def _by_goods(self, limits: Limits, numbers: U32, kinds: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The limit that holds for each document, NaN where its unit cannot be compared."""
        return limits.value * self.segment.factors_of(limits.factors, numbers, kinds)

    def living(self, numbers: U32) -> U32:
        return numbers[self.alive[numbers]]

    def _with_all_words(self, limit: int) -> U32:
        """Of the rarest word's documents those that have the other words too, as far as there are enough of them; where
        there are not, with them the freshest of each word."""
        known = [place for place in self.rarest_first() if self.lists[place]]
        if not known:
            return np.empty(0, np.uint32)
        rarest, *others = known
        numbers = self.living(self._weightiest(self.lists[rarest], WORDS_CAP))
        telling = [place for place in others if self.weights[place] >= TELLS_LITTLE * sum(self.weights)]
        fewer: list[U32] = []
        # Goods come last: who writes of them need not sell them.
        for place in sorted(telling, key=lambda place: self.groups[place].by_goods):
            having = numbers[self.meets(numbers, place)]
            if len(having) >= limit:
                numbers = having
            else:
                fewer.append(having)
        if not fewer and len(numbers) >= limit:
            return numbers[:ENOUGH]
        most = max(FRESHEST, limit)
        freshest = [self.documents(group.terms[-1:], most) for group in self.groups if group.terms]
        return self.living(merged([numbers[:ENOUGH], *fewer, *freshest]))

    def _with_words(self, cap: int) -> U32:
        """Documents that have some asked word: of the rarest words first, since they say most."""
        chosen: list[U32] = []
        left = cap
        for place in self.rarest_first():
            if left > 0 and self.lists[place]:
                chosen.append(self.documents(self.lists[place], left))
                left -= len(chosen[-1])
        return merged(chosen)

    def rarest_first(self) -> list[int]:
        return sorted(range(len(self.groups)), key=lambda place: self.frequency(self.lists[place]))

    def _lists(self, group: Group) -> list[int]:
        """The terms of a word, and where it is a place that few documents name, those of its neighbourhood."""
        if group.spot is not None and group.frequency < NAMED_ENOUGH:
            return [*reversed(group.terms), *self.cells(group.spot, TOUCHES)]
        return group.terms[::-1]

    def documents(self, terms: Sequence[int], cap: int) -> U32:
        """The freshest documents that have one of the terms."""
        lists: list[U32] = [self.segment.postings(term)[:cap] for term in terms]
        if len(lists) == 1:
            return lists[0] >> np.uint32(1)
        return merged(lists, drop=1)[:cap]

    def meets(self, numbers: U32, place: int) -> NDArray[np.bool_]:
        """Which of the documents meet that word: where it names goods above all, those of these goods."""
        group = self.groups[place]
        if group.goods is not None and group.by_goods:
            of_goods: NDArray[np.bool_] = group.goods.take(self.segment.columns.products.take(numbers)) > 0
            return of_goods
        has = self.has(numbers, group.terms)
        if group.spot is not None:
            has |= self.segment.chord_km(numbers, group.spot.lat, group.spot.lon) <= TOUCHES
        return has

    def _weightiest(self, terms: Sequence[int], cap: int) -> U32:
        """The freshest documents that have the first of the terms, then of those that have the next."""
        lists: list[U32] = []
        for term in terms:
            if cap > 0:
                lists.append(self.segment.postings(term)[:cap])
                cap -= len(lists[-1])
        return merged(lists, drop=1)

    def has(self, numbers: U32, terms: Sequence[int]) -> NDArray[np.bool_]:
        """Which of the documents have one of the terms."""
        has = np.zeros(len(numbers), dtype=bool)
        if len(numbers):
            for term in terms:
                postings = self.segment.postings(term)
                at = np.searchsorted(postings, numbers << np.uint32(1))
                found = postings[np.minimum(at, len(postings) - 1)] >> np.uint32(1)
                has |= found == numbers
        return has

    def _terms_of(self, wish: frozenset[str]) -> list[int]:
        return [term for text in wish if (term := self.segment.term(text)) is not None]

    def frequency(self, terms: Sequence[int]) -> int:
        return sum(self.segment.frequency(term) for term in terms)

    def cells(self, spot: Spot, km: float, goods: Sequence[str] = ()) -> list[int]:
        """The square degrees that a circle touches, the nearest first; where only certain goods are wanted, those goods
        within them."""
        squares = [square for _, square in touched(spot.lat, spot.lon, km)]
        names = [f"in:{square}:{product}" for square in squares for product in goods] if goods else None
        terms = map(self.segment.term, names or [f"cell:{square}" for square in squares])
        return [term for term in terms if term is not None]

    def _goods_wanted(self) -> list[str]:
        for wish in self.wanted.must:
            if wish and all(text.startswith(GOODS) for text in wish):
                return [text.removeprefix(GOODS) for text in wish]
        return []


def merged(lists: Sequence[U32], drop: int = 0) -> U32:
    """All their numbers in order, each once, without so many low bits. (For short lists five times as fast as
    np.unique.)"""
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


def _filled(chosen: U32, others: U32) -> U32:
    """Up to the cap, the freshest of the others first."""
    if len(chosen) >= CAP:
        return chosen[:CAP]
    return merged([chosen, others[: CAP - len(chosen)]])
