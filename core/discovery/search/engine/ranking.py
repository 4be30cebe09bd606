"""The score of each candidate: the asked words it meets, weighed by what they tell, then its handiness.

    relevance = sum(idf(word) * how well the word is met) / sum(idf(word)), between 0 and 1

    idf(word) = ln(1 + documents / (1 + documents that have the word)), over all segments: a rare word tells more

    score     = relevance * (1 - HANDY) + HANDY * handiness

Handiness is nearness to a named place and freshness. Nearness falls with the logarithm of the distance, and freshness
halves in thirty days. Handiness only decides among documents that answer about equally well.

A shortlist mostly includes the best documents, with a bound: the highest score that any other can have. Once the last
of the best `limit` documents scores more, no other document is weighed, however many there are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from operator import attrgetter, mul
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.discovery.search.engine.candidates import DEEP, Candidates
from core.discovery.search.engine.document import cells_touched
from core.discovery.search.engine.query import EngineQuery, Spot, Word
from core.discovery.search.engine.segment import F32, U32, Numbers, Segment, kilometres
from core.discovery.search.engine.term_group import AT_THE_PLACE_KM, AWAY_KM, NEIGHBOURS, TOUCHES, TermGroup, merged

HANDY: Final = 0.08
SHARES: Final = {"near": 0.65, "fresh": 0.35}
HALF_FRESH_DAYS: Final = 30
FAR_KM: Final = 1000  # beyond it distance makes no difference any more
UNKNOWN_WORD_TELLS: Final = 0.5  # how much a word that no document has counts beside the others: it may be mere talk
_of_goods, _of_problem = attrgetter("goods"), attrgetter("about")
ANY_WORD: Final = 1e-6  # least relevance above nothing
GOODS_TO_PLACE: Final = 1.25  # goods that are named tell at least so much more than where: freshness weighs less
PROBLEM_TO_PLACE: Final = 3  # experts on the problem come before others of the place, even of its field
PLACES_SHARE: Final = 100  # a place is taken to be as telling as a word that one document in a hundred has


class Ranked(NamedTuple):
    """Documents of one segment, by number, with their scores and figures. Prices that do not compare are NaN."""

    numbers: U32
    relevance: F32
    scores: F32
    km: F32 | None
    prices: NDArray[np.float64] | None
    met: F32  # how well each asked word, a row each, is met


def weigh(words: Sequence[Word], groups: Sequence[Sequence[TermGroup]], documents: int) -> list[float]:
    """Return the idf of each asked word, from its groups in all segments. A word without documents weighs less."""
    weights: list[float] = []
    for place, word in enumerate(words):
        frequency = sum([of_segment[place].frequency for of_segment in groups])
        if word.country:
            frequency = min(frequency, max(1, documents // PLACES_SHARE))
        elif word.spot is not None:
            frequency = max(frequency, documents // PLACES_SHARE)
        weights.append(math.log(1 + documents / (1 + frequency)) if frequency else 0.0)
    known = [weight for weight in weights if weight]
    usual = UNKNOWN_WORD_TELLS * sum(known) / len(known) if known else 1.0
    telling = [(weight or usual) * word.tells for word, weight in zip(words, weights, strict=True)]
    where = max([told for word, told in zip(words, telling, strict=True) if word.country or word.spot], default=0.0)
    for first, share in ((_of_goods, GOODS_TO_PLACE), (_of_problem, PROBLEM_TO_PLACE)):
        told = sum([told for word, told in zip(words, telling, strict=True) if first(word)])
        if 0 < told < share * where:  # common goods: still they come before others of the place
            more = share * where / told
            telling = [told * more if first(word) else told for word, told in zip(words, telling, strict=True)]
    return telling


def rank(
    segment: Segment,
    numbers: U32,
    groups: Sequence[TermGroup],
    weights: Sequence[float],
    *,
    query: EngineQuery,
    given_up: NDArray[np.uint8] | None = None,
) -> Ranked:
    """Weigh these documents. Those with filters given up come after all that meet every filter."""
    at = numbers.astype(np.intp)
    met = np.empty((len(groups), len(at)), np.float32)
    if groups:
        entries = numbers << np.uint32(1)
        named = any(group.goods is not None for group in groups)
        products = segment.columns.products.take(at).astype(np.intp) if named else None
        for row, group in zip(met, groups, strict=True):
            row[:] = group.met(numbers, at, entries, products)
    relevance = np.array(weights, np.float32) @ met
    relevance /= np.float32(sum(weights) or 1)
    least = max(query.least_relevance, ANY_WORD if query.some_word else 0)
    if least:
        kept = (relevance >= np.float32(least)).nonzero()[0]
        if len(kept) < len(numbers):
            numbers, at, relevance = numbers.take(kept), at.take(kept), relevance.take(kept)
            met, given_up = met.take(kept, axis=1), None if given_up is None else given_up.take(kept)
    near = query.near
    prices = None if query.price_per is None else _prices(segment, at, query)
    scores = relevance * np.float32(1 - HANDY)
    scores += handiness(segment, at, near, query.today) * np.float32(HANDY)
    if given_up is not None:
        scores -= given_up
    km = None if near is None else segment.by_distance(at, near.lat, near.lon, kilometres)
    return Ranked(numbers, relevance, scores, km, prices, met)


def _prices(segment: Segment, numbers: Numbers, query: EngineQuery) -> NDArray[np.float64]:
    assert query.price_per is not None
    columns = segment.columns
    prices: NDArray[np.float64] = columns.prices.take(numbers)
    return prices * segment.factors_of(query.price_per, numbers, columns.price_kinds)


def handiness(segment: Segment, numbers: Numbers, near: Spot | None, today: int) -> F32:
    """Return each document's handiness, from 0 to 1: its freshness and, if a place was named, its nearness."""
    fresh = segment.freshness(today, HALF_FRESH_DAYS).take(numbers)
    if near is None:
        return fresh
    share = SHARES["near"] / (SHARES["near"] + SHARES["fresh"])
    handy: F32 = segment.by_distance(numbers, near.lat, near.lon, nearness) * np.float32(share)
    handy += fresh * np.float32(1 - share)
    return handy


def nearness(km: F32) -> F32:
    """Return 1 at the place, and 0 where distance no longer matters or is unknown."""
    near = 1 - np.minimum(np.log1p(km) / np.float32(math.log1p(FAR_KM)), 1)
    return np.where(np.isnan(near), np.float32(0), near)


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
    near, goods = candidates.query.near, candidates.goods_named()
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
    elif candidates.query.patient:
        yield _best_goods(candidates, *candidates.giving_up(nearby, limit), near)
    elif candidates.only_goods:
        yield Shortlist(numbers, NOTHING_ELSE)


def _best_goods(candidates: Candidates, numbers: U32, given_up: NDArray[np.uint8], near: Spot) -> Shortlist:
    """Return those of these goods with the highest scores, if all words name goods: no word outweighs its goods."""
    if len(numbers) > FEW:
        shares = np.array(candidates.weights, np.float32) / np.float32(sum(candidates.weights))
        relevance = shares @ np.stack([group.goods for group in candidates.groups if group.goods is not None])
        scores = relevance[candidates.segment.columns.products[numbers]] * np.float32(1 - HANDY)
        scores += handiness(candidates.segment, numbers, near, candidates.query.today) * np.float32(HANDY)
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
        handy = handiness(candidates.segment, numbers, near, candidates.query.today)
        order = np.argpartition(-handy, FEW)
        bounds.append(of_these * (1 - HANDY) + HANDY * float(handy[order[FEW]]))
        numbers = np.sort(numbers[order[:FEW]])
    return Shortlist(numbers, max(bounds))


def _freshness(candidates: Candidates, number: int) -> float:
    return float(candidates.segment.freshness(candidates.query.today, HALF_FRESH_DAYS)[number])
