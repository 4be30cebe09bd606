"""The documents that are looked at for one query: all that meet the wishes, or a bounded number of the freshest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.search.engine.reading import Group
from core.search.engine.segment import U32, Segment
from core.search.engine.wanted import Limits, Spot, Wanted

GOODS: Final = "product:"  # what the marks of goods begin with
CAP: Final = 8_000  # documents that are ranked for one query: what bounds the slowest
WORDS_CAP: Final = 2_000  # of them, those that are chosen for their words alone: those of the rarest words are enough
DEEP: Final = 200_000  # documents that exact wishes are tested on: a test is a comparison of two numbers
KM_PER_DEGREE: Final = 111.2
TOUCHES: Final = 60.0  # km around a place that is named without a distance
NAMED_ENOUGH: Final = 200  # documents that name a place: with so many, its neighbourhood need not be looked through
ROUNDING: Final = 1e-9  # amounts are compared as floats here, and exactly when a hit is confirmed


@dataclass(frozen=True, slots=True)
class First:
    """Which documents are looked at first: all that have one of the words at `whole`, and the freshest `part_most` of
    those that have the word at `part`."""

    whole: Sequence[int]
    part: int | None = None
    part_most: int = 0


@dataclass(slots=True)
class Candidates:
    """Chooses the documents of one segment that are weighed; `alive` says which have not been replaced since."""

    segment: Segment
    alive: NDArray[np.bool_]
    wanted: Wanted
    groups: Sequence[Group]
    lists: list[Sequence[int]] = field(init=False)  # for each word the terms whose documents are looked at

    def __post_init__(self) -> None:
        self.lists = [self._lists(group) for group in self.groups]

    def choose(self) -> U32:
        """Their numbers in order, the newest first."""
        meeting = self._meeting_wishes()
        if meeting is not None and len(meeting) <= CAP:
            return meeting
        words = self._with_words(WORDS_CAP if self.free else CAP)
        if meeting is not None:
            chosen = np.intersect1d(words, meeting, assume_unique=True)
            return chosen if self.wanted.some_word else _filled(chosen, meeting)
        fitting = self._fitting(words)
        if len(words) >= WORDS_CAP // 2 and len(fitting) < CAP // 40 and len(fitting) < len(words):
            fitting = self._fitting(self._with_words(DEEP))[:CAP]
        if not self.groups or (not self.wanted.some_word and self.wanted.must):
            fitting = _filled(fitting, self._fitting(np.arange(min(len(self.segment), DEEP), dtype=np.uint32)))
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
        if self.wanted.near is not None and self.wanted.near.radius_km is not None:
            lists.append(self._cells(self.wanted.near, self.wanted.near.radius_km))
        if not lists:
            return None
        rarest = min(lists, key=self._frequency)
        if self._frequency(rarest) > DEEP:
            return None
        return self._fitting(self._documents(rarest, DEEP))

    def _fitting(self, numbers: U32) -> U32:
        """Those of them that meet every wish; each test runs on what the ones before have left."""
        wanted, columns = self.wanted, self.segment.columns
        numbers = self._living(numbers)
        for wish in wanted.must:
            numbers = numbers[self._has(numbers, self._terms_of(wish))]
        if wanted.days is not None:
            first, last = wanted.days
            any_time = columns.last_days[numbers] == 0
            meets = (columns.first_days[numbers] <= last) & (columns.last_days[numbers] >= first)
            numbers = numbers[any_time | meets]
        for limits, below in ((wanted.price_at_most, True), (wanted.price_at_least, False)):
            if limits is not None:
                limit = self._by_goods(limits, numbers, columns.price_kinds)
                prices = columns.prices[numbers]
                within = prices <= limit * (1 + ROUNDING) if below else prices >= limit * (1 - ROUNDING)
                numbers = numbers[within]
        if wanted.amount is not None:
            asked = self._by_goods(wanted.amount, numbers, columns.amount_kinds)
            enough = asked <= columns.amounts[numbers] * (1 + ROUNDING)
            small_enough = asked >= columns.least[numbers] * (1 - ROUNDING)
            numbers = numbers[np.isnan(asked) | (enough & small_enough)]
        if wanted.near is not None and wanted.near.radius_km is not None:
            km = self.segment.distance_km(numbers, wanted.near.lat, wanted.near.lon)
            numbers = numbers[km <= wanted.near.radius_km]
        return numbers

    def _by_goods(self, limits: Limits, numbers: U32, kinds: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The limit that holds for each document, NaN where its unit cannot be compared."""
        return limits.value * self.segment.factors_of(limits.factors, numbers, kinds)

    def first(self, most: int) -> First:
        """So many documents of the rarest words, the freshest first."""
        whole: list[int] = []
        for place in self._rarest_first():
            number = self._frequency(self.lists[place])
            if number >= most:
                return First(whole, place, most)
            most -= number
            whole.append(place)
        return First(whole)

    def of_first(self, first: First) -> tuple[U32, int]:
        """Their numbers, and that of the last of the word that was looked at in part."""
        chosen = [self._documents(self.lists[place], CAP) for place in first.whole if self.lists[place]]
        last = 0
        if first.part is not None:
            chosen.append(self._documents(self.lists[first.part], first.part_most))
            last = int(chosen[-1][-1])
        return self._living(merged(chosen)), last

    def goods_nearby(self) -> U32:
        """What meets all wishes, is near, and is of the goods that the words name; nothing where they name none."""
        near = self.wanted.near
        goods = {text.removeprefix(GOODS) for word in self.wanted.words for text in word.also if text.startswith(GOODS)}
        if near is None or near.radius_km is None or not goods:
            return np.empty(0, np.uint32)
        lists = self._cells(near, near.radius_km, sorted(goods))
        return self._fitting(self._documents(lists, CAP)) if self._frequency(lists) < CAP else np.empty(0, np.uint32)

    def _living(self, numbers: U32) -> U32:
        return numbers[self.alive[numbers]]

    def _with_words(self, cap: int) -> U32:
        """Documents that have some asked word: of the rarest words first, since they say most."""
        chosen: list[U32] = []
        left = cap
        for place in self._rarest_first():
            if left > 0 and self.lists[place]:
                chosen.append(self._documents(self.lists[place], left))
                left -= len(chosen[-1])
        return merged(chosen)

    def _rarest_first(self) -> list[int]:
        return sorted(range(len(self.groups)), key=lambda place: self._frequency(self.lists[place]))

    def _lists(self, group: Group) -> list[int]:
        """The terms of a word, and where it is a place that few documents name, those of its neighbourhood."""
        if group.spot is not None and group.frequency < NAMED_ENOUGH:
            return [*group.terms, *self._cells(group.spot, TOUCHES)]
        return group.terms

    def _documents(self, terms: Sequence[int], cap: int) -> U32:
        """The freshest documents that have one of the terms."""
        lists: list[U32] = [self.segment.postings(term)[:cap] for term in terms]
        if len(lists) == 1:
            return lists[0] >> np.uint32(1)
        return merged(lists, drop=1)[:cap]

    def _has(self, numbers: U32, terms: Sequence[int]) -> NDArray[np.bool_]:
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

    def _frequency(self, terms: Sequence[int]) -> int:
        return sum(self.segment.frequency(term) for term in terms)

    def _cells(self, spot: Spot, km: float, goods: Sequence[str] = ()) -> list[int]:
        """The square degrees that a circle touches; where only certain goods are wanted, those goods within them."""
        north = km / KM_PER_DEGREE
        east = km / (KM_PER_DEGREE * max(0.05, math.cos(math.radians(min(89.0, abs(spot.lat) + north)))))
        goods = goods or self._goods_wanted()
        found = []
        for lat in range(math.floor(spot.lat - north), math.floor(spot.lat + north) + 1):
            for lon in range(math.floor(spot.lon - east), math.floor(spot.lon + east) + 1):
                cell = f"{lat},{(lon + 180) % 360 - 180}"
                names = [f"in:{cell}:{product}" for product in goods] or [f"cell:{cell}"]
                found += [term for name in names if (term := self.segment.term(name)) is not None]
        return found

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
