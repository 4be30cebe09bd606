"""A few documents that mostly hold the best, each few with a bound: the highest score that any other can have.

Once the last of the best so many has more than that, no other document need be looked at, however many there are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from operator import mul
from typing import Final, NamedTuple

import numpy as np

from core.search.engine.candidates import CAP, TOUCHES, Candidates, merged
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

FEW: Final = 100  # documents that are weighed before all others
OF_RAREST: Final = 400  # documents of words so rare that all of theirs are
LOOKED_THROUGH: Final = 2_000  # of the rarest word's documents, or of goods nearby: among them the few are found
HARDLY_BETTER: Final = 0.8  # a score that ten of the first few seldom have
BEYOND: Final = NEIGHBOURS * math.exp(-(TOUCHES - AT_THE_PLACE_KM) / AWAY_KM)  # what is not even in the neighbourhood


class Few(NamedTuple):
    """Their numbers in order, the newest first, and the highest score that a document not among them can have."""

    numbers: U32
    most_of_others: float


def likeliest(candidates: Candidates, limit: int) -> Iterator[Few]:
    """One few after the other, until one of them will do."""
    if candidates.free:
        ways: list[Callable[[Candidates], Few | None]] = [of_rarest_words]
    else:
        # Those nearby, of whom often the nearest are enough.
        ways = [partial(of_goods_nearby, limit=limit, most=most) for most in (LOOKED_THROUGH, None)]
    yield from filter(None, (way(candidates) for way in ways))


def of_rarest_words(candidates: Candidates) -> Few | None:
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
        return None
    chosen = [candidates.documents(candidates.lists[place], CAP) for place in whole if candidates.lists[place]]
    fresh = 1.0
    if part is not None:
        chosen.append(candidates.documents(candidates.lists[part], FEW))
        fresh = _freshness(candidates, int(chosen[-1][-1]))
    return Few(candidates.living(merged(chosen)), _bound(candidates.groups, candidates.weights, whole, part, fresh))


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


def of_goods_nearby(candidates: Candidates, limit: int, most: int | None) -> Few | None:
    """What meets all wishes, lies within the distance, and is of the goods that the words name: the handiest of it.

    With `most`, square degrees are looked through from the nearest on until so many documents have been seen.
    """
    near, goods = candidates.wanted.near, candidates.goods_named()
    if near is None or near.radius_km is None or not goods:
        return None
    lists: list[int] = []
    looked_through, next_km = 0, math.inf
    for km, term in candidates.nearest_cells(near, near.radius_km, goods):
        if most is not None and looked_through > most:
            next_km = km
            break
        lists.append(term)
        looked_through += candidates.segment.frequency(term)
    if most is None and looked_through <= LOOKED_THROUGH:
        return None  # these were the nearest
    numbers = candidates.fitting(candidates.documents(lists, looked_through))
    if len(numbers) < limit:
        return None
    weights = candidates.weights
    total, relevance = sum(weights), sum(map(mul, weights, [group.most for group in candidates.groups]))
    of_other_goods = sum(map(mul, weights, [max(group.most_plain, group.most_there) for group in candidates.groups]))
    bound = of_other_goods / total * (1 - HANDY) + HANDY
    handiest = 0.0 if next_km == math.inf else _handiest(next_km)
    if len(numbers) > FEW:
        km_away = candidates.segment.distance_km(numbers, near.lat, near.lon)
        fresh = candidates.segment.freshness(candidates.wanted.today, HALF_FRESH_DAYS).take(numbers)
        handy = handiness(km_away, fresh)
        order = np.argpartition(-handy, FEW)
        handiest = max(handiest, float(handy[order[FEW]]))
        numbers = np.sort(numbers[order[:FEW]])
    if handiest:
        bound = max(bound, relevance / total * (1 - HANDY))
    return Few(numbers, bound)


def _handiest(km: float) -> float:
    near = 1 - min(math.log1p(km) / math.log1p(FAR_KM), 1.0)
    return (SHARES["near"] * near + SHARES["fresh"]) / (SHARES["near"] + SHARES["fresh"])


def _freshness(candidates: Candidates, number: int) -> float:
    return float(candidates.segment.freshness(candidates.wanted.today, HALF_FRESH_DAYS)[number])
