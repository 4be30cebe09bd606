"""The score of each candidate: the asked words it meets, weighed by what they tell, then its handiness.

    relevance = sum(idf(word) * how well the word is met) / sum(idf(word)), between 0 and 1

    idf(word) = ln(1 + documents / (1 + documents that have the word)), over all segments: a rare word tells more

    score     = relevance * (1 - HANDY) + HANDY * handiness

Handiness is nearness to a named place and freshness. Nearness falls with the logarithm of the distance, and freshness
halves in thirty days. Handiness only decides among documents that answer about equally well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.discovery.search.engine.query import EngineQuery, Spot, Word
from core.discovery.search.engine.segment import F32, U32, Numbers, Segment, kilometres
from core.discovery.search.engine.term_group import TermGroup

HANDY: Final = 0.08
SHARES: Final = {"near": 0.65, "fresh": 0.35}
HALF_FRESH_DAYS: Final = 30
FAR_KM: Final = 1000  # beyond it distance makes no difference any more
NOBODY_SAYS: Final = 0.5  # how much a word that no document has counts beside the others: it may be mere talk
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
    usual = NOBODY_SAYS * sum(known) / len(known) if known else 1.0
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
