"""A few documents that mostly include the best, with a bound: the highest score that any other can have.

Once the last of the best `limit` documents scores more, no other document is weighed, however many there are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from operator import mul
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.discovery.search.engine.candidates import DEEP, Candidates
from core.discovery.search.engine.grid import cells_touched
from core.discovery.search.engine.query import Spot
from core.discovery.search.engine.ranking import FAR_KM, HALF_FRESH_DAYS, HANDY, SHARES, handiness
from core.discovery.search.engine.segment import U32
from core.discovery.search.engine.term_group import AT_THE_PLACE_KM, AWAY_KM, NEIGHBOURS, TOUCHES, TermGroup, merged

FEW: Final = 100  # documents that are weighed before all others
OF_RAREST: Final = 400  # documents of words so rare that all of theirs are
LOOKED_THROUGH: Final = 2_000  # documents of the rarest word, or of goods nearby, among which the few are found
MOSTLY_REACHED: Final = 0.5  # a score that ten documents of the rarest words mostly have
HARDLY_BETTER: Final = 0.8  # a score that ten of the first few seldom have
NOTHING_ELSE: Final = -10.0  # a score below all
BEYOND: Final = NEIGHBOURS * math.exp(-(TOUCHES - AT_THE_PLACE_KM) / AWAY_KM)  # a document beyond the neighbourhood


class Shortlist(NamedTuple):
    """Their numbers in order, the newest first, and the highest score that any other document can have.

    `given_up`: for each the number of kinds of filters given up, the least important first.
    """

    numbers: U32
    most_of_others: float
    given_up: NDArray[np.uint8] | None = None


def shortlists(candidates: Candidates, limit: int) -> Iterator[Shortlist]:
    """Yield one shortlist after the other, until one of them is enough."""
    yield from of_rarest_words(candidates, limit) if candidates.free else of_goods_nearby(candidates, limit)


def of_rarest_words(candidates: Candidates, limit: int) -> Iterator[Shortlist]:
    """Yield all documents of the rarest words. If these are not enough, add the freshest of the next word."""
    whole, part, left = list[int](), None, OF_RAREST
    for place in candidates.rarest_first():
        number = candidates.groups[place].reach
        if number >= left:
            part = place
            break
        left -= number
        whole.append(place)
    if not whole or _bound(candidates.groups, candidates.weights, whole, part, 0.0) >= HARDLY_BETTER:
        return
    chosen = [candidates.groups[place].documents for place in whole if candidates.groups[place].lists]
    of_these = chosen[0] if len(chosen) == 1 else merged(chosen)
    without = _bound(candidates.groups, candidates.weights, whole, None, 0.0)
    if part is None or (len(of_these) >= limit and without < MOSTLY_REACHED):
        yield Shortlist(candidates.living(of_these), without)
    if part is not None:
        freshest = candidates.documents(candidates.groups[part].lists, FEW)
        bound = _bound(candidates.groups, candidates.weights, whole, part, _freshness(candidates, int(freshest[-1])))
        yield Shortlist(candidates.living(merged([of_these, freshest])), bound)


def _bound(
    groups: Sequence[TermGroup], weights: Sequence[float], whole: Collection[int], part: int | None, fresh: float
) -> float:
    """Return the highest score of documents outside of the shortlist.

    They have none of the words that were read wholly. For a place they lie just beyond the neighbourhood, and for a
    company they have its goods. They may have the word that was read in part. Then they are no fresher than the last
    document of that part.
    """
    relevance = of_part = 0.0
    for place, (group, weight) in enumerate(zip(groups, weights, strict=True)):
        if place in whole:
            relevance += weight * max(BEYOND * group.most_there if group.spot is not None else 0.0, group.unlisted)
        elif place == part:
            of_part = weight * group.most
        else:
            relevance += weight * group.most
    total = sum(weights)
    newer = relevance / total * (1 - HANDY) + HANDY
    older = (relevance + of_part) / total * (1 - HANDY) + HANDY * fresh
    return max(newer, older) if part is not None else newer


def of_goods_nearby(candidates: Candidates, limit: int) -> Iterator[Shortlist]:
    """Yield shortlists of the handiest goods that the words name, within the distance and meeting all filters.

    Square degrees are read from the nearest on until enough documents have been seen; then all are read. If all words
    name goods, no other goods replace them, however few they are.
    """
    near, goods = candidates.wanted.near, candidates.goods_named()
    if near is None or near.circle_km is None or not goods:
        return
    lists, looked_through = list[int](), 0
    for away, square in cells_touched(near.lat, near.lon, near.circle_km):
        if looked_through > LOOKED_THROUGH:
            numbers = candidates.fitting(candidates.documents(lists, looked_through))
            if len(numbers) >= limit:
                yield _handiest(candidates, numbers, near, beyond=away)
            lists, looked_through = candidates.segment.cells(near.lat, near.lon, near.circle_km, goods), DEEP
            break
        terms = [term for product in goods if (term := candidates.segment.term(f"in:{square}:{product}")) is not None]
        lists += terms
        looked_through += candidates.frequency(terms)
    nearby = candidates.documents(lists, looked_through)
    numbers = candidates.fitting(nearby)
    if len(numbers) >= limit:
        yield _handiest(candidates, numbers, near, beyond=None)
    elif candidates.wanted.patient:
        yield _best_goods(candidates, *candidates.giving_up(nearby, limit), near)
    elif candidates.only_goods:
        yield Shortlist(numbers, NOTHING_ELSE)


def _best_goods(candidates: Candidates, numbers: U32, given_up: NDArray[np.uint8], near: Spot) -> Shortlist:
    """Return those of these goods with the highest scores, if all words name goods: no word outweighs its goods."""
    if len(numbers) > FEW:
        shares = np.array(candidates.weights, np.float32) / np.float32(sum(candidates.weights))
        relevance = shares @ np.stack([group.goods for group in candidates.groups if group.goods is not None])
        scores = relevance[candidates.segment.columns.products[numbers]] * np.float32(1 - HANDY)
        scores += handiness(candidates.segment, numbers, near, candidates.wanted.today) * np.float32(HANDY)
        scores -= given_up
        kept = np.sort(np.argpartition(-scores, FEW)[:FEW])
        numbers, given_up = numbers[kept], given_up[kept]
    return Shortlist(numbers, NOTHING_ELSE, given_up)


def _handiest(candidates: Candidates, numbers: U32, near: Spot, *, beyond: float | None) -> Shortlist:
    """Return the handiest of these goods. All others are less handy, or more than `beyond` kilometres away."""
    groups, weights = candidates.groups, candidates.weights
    total = sum(weights)
    of_other_goods = sum(map(mul, weights, [max(group.most_plain, group.most_there) for group in groups])) / total
    of_these = sum(map(mul, weights, [group.most for group in groups])) / total
    bounds = [of_other_goods * (1 - HANDY) + HANDY]
    if beyond is not None:
        nearness = 1 - min(math.log1p(beyond) / math.log1p(FAR_KM), 1.0)
        bounds.append(of_these * (1 - HANDY) + HANDY * (SHARES["near"] * nearness + SHARES["fresh"]))
    if len(numbers) > FEW:
        handy = handiness(candidates.segment, numbers, near, candidates.wanted.today)
        order = np.argpartition(-handy, FEW)
        bounds.append(of_these * (1 - HANDY) + HANDY * float(handy[order[FEW]]))
        numbers = np.sort(numbers[order[:FEW]])
    return Shortlist(numbers, max(bounds))


def _freshness(candidates: Candidates, number: int) -> float:
    return float(candidates.segment.freshness(candidates.wanted.today, HALF_FRESH_DAYS)[number])
