"""A few documents that mostly hold the best, each few with a bound: the highest score that any other can have.

Once the last of the best so many has more than that, no other document need be looked at, however many there are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from operator import mul
from typing import Final, NamedTuple

import numpy as np

from core.search.engine.candidates import CAP, DEEP, TOUCHES, Candidates, merged
from core.search.engine.ranking import (
    AT_THE_PLACE_KM,
    AWAY_KM,
    FAR_KM,
    HALF_FRESH_DAYS,
    HANDY,
    NEIGHBOURS,
    SHARES,
    handiness,
)
from core.search.engine.reading import Group
from core.search.engine.segment import U32
from core.search.engine.squares import touched
from core.search.engine.wanted import Spot

FEW: Final = 100  # documents that are weighed before all others
OF_RAREST: Final = 400  # documents of words so rare that all of theirs are
LOOKED_THROUGH: Final = 2_000  # of the rarest word's documents, or of goods nearby: among them the few are found
HARDLY_BETTER: Final = 0.8  # a score that ten of the first few seldom have
NOTHING_ELSE: Final = -2.0  # a score below all
BEYOND: Final = NEIGHBOURS * math.exp(-(TOUCHES - AT_THE_PLACE_KM) / AWAY_KM)  # what is not even in the neighbourhood


class Few(NamedTuple):
    """Their numbers in order, the newest first, and the highest score that a document not among them can have."""

    numbers: U32
    most_of_others: float


def likeliest(candidates: Candidates, limit: int) -> Iterator[Few]:
    """One few after the other, until one of them will do."""
    yield from of_rarest_words(candidates) if candidates.free else of_goods_nearby(candidates, limit)


def of_rarest_words(candidates: Candidates) -> Iterator[Few]:
    """All documents of the rarest words, and of the next word the freshest."""
    whole, part, left = list[int](), None, OF_RAREST
    for place in candidates.rarest_first():
        number = candidates.frequency(candidates.lists[place])
        if number >= left:
            part = place
            break
        left -= number
        whole.append(place)
    if not whole or _bound(candidates.groups, candidates.weights, whole, part, 0.0) >= HARDLY_BETTER:
        return
    chosen = [candidates.documents(candidates.lists[place], CAP) for place in whole if candidates.lists[place]]
    fresh = 1.0
    if part is not None:
        chosen.append(candidates.documents(candidates.lists[part], FEW))
        fresh = _freshness(candidates, int(chosen[-1][-1]))
    yield Few(candidates.living(merged(chosen)), _bound(candidates.groups, candidates.weights, whole, part, fresh))


def _bound(
    groups: Sequence[Group], weights: Sequence[float], whole: Collection[int], part: int | None, fresh: float
) -> float:
    """Others have none of the words that were looked at wholly (of a place they lie just beyond the neighbourhood).
    They may have the word that was looked at in part, but are then no fresher than the last document of that part."""
    relevance = of_part = 0.0
    for place, (group, weight) in enumerate(zip(groups, weights, strict=True)):
        if place in whole:
            relevance += weight * BEYOND * group.spot_weight if group.spot is not None else 0.0
        elif place == part:
            of_part = weight * group.most
        else:
            relevance += weight * group.most
    total = sum(weights)
    newer = relevance / total * (1 - HANDY) + HANDY
    older = (relevance + of_part) / total * (1 - HANDY) + HANDY * fresh
    return max(newer, older) if part is not None else newer


def of_goods_nearby(candidates: Candidates, limit: int) -> Iterator[Few]:
    """What meets all wishes, lies within the distance, and is of the goods that the words name: the handiest of it.

    Square degrees are looked through from the nearest on until enough documents have been seen; then all of them. Where
    all words name goods, no others are wanted in the place of those, however few they are.
    """
    near, goods = candidates.wanted.near, candidates.goods_named()
    if near is None or near.radius_km is None or not goods:
        return
    lists, looked_through = list[int](), 0
    for away, square in touched(near.lat, near.lon, near.radius_km):
        if looked_through > LOOKED_THROUGH:
            numbers = candidates.fitting(candidates.documents(lists, looked_through))
            if len(numbers) >= limit:
                yield _handiest(candidates, numbers, near, beyond=away)
            lists, looked_through = candidates.cells(near, near.radius_km, goods), DEEP
            break
        terms = [term for product in goods if (term := candidates.segment.term(f"in:{square}:{product}")) is not None]
        lists += terms
        looked_through += candidates.frequency(terms)
    numbers = candidates.fitting(candidates.documents(lists, looked_through))
    if len(numbers) >= limit:
        yield _handiest(candidates, numbers, near, beyond=None)
    elif all(group.by_goods for group in candidates.groups):
        yield Few(numbers, NOTHING_ELSE)


def _handiest(candidates: Candidates, numbers: U32, near: Spot, *, beyond: float | None) -> Few:
    """Of these goods the handiest; all others of them are less handy, or lie `beyond` so many kilometres."""
    groups, weights = candidates.groups, candidates.weights
    total = sum(weights)
    of_other_goods = sum(map(mul, weights, [max(group.most_plain, group.most_there) for group in groups])) / total
    of_these = sum(map(mul, weights, [group.most for group in groups])) / total
    bounds = [of_other_goods * (1 - HANDY) + HANDY]
    if beyond is not None:
        nearness = 1 - min(math.log1p(beyond) / math.log1p(FAR_KM), 1.0)
        bounds.append(of_these * (1 - HANDY) + HANDY * (SHARES["near"] * nearness + SHARES["fresh"]))
    if len(numbers) > FEW:
        km = candidates.segment.distance_km(numbers, near.lat, near.lon)
        fresh = candidates.segment.freshness(candidates.wanted.today, HALF_FRESH_DAYS).take(numbers)
        handy = handiness(km, fresh)
        order = np.argpartition(-handy, FEW)
        bounds.append(of_these * (1 - HANDY) + HANDY * float(handy[order[FEW]]))
        numbers = np.sort(numbers[order[:FEW]])
    return Few(numbers, max(bounds))


def _freshness(candidates: Candidates, number: int) -> float:
    return float(candidates.segment.freshness(candidates.wanted.today, HALF_FRESH_DAYS)[number])
