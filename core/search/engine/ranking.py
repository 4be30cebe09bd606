"""How well each candidate answers: the asked words it meets, weighed by what they tell, then what makes it handy.

relevance = sum(idf(word) * how well the word is met) / sum(idf(word)), between 0 and 1
idf(word) = ln(1 + documents / (1 + documents that have the word)), over all segments: a rare word tells more
score     = relevance * (1 - HANDY) + HANDY * handiness

Handiness is near (falls with the logarithm of the distance, where a place was said) and fresh (halves in thirty days).
It only decides among those that answer about equally well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.search.engine.candidates import TOUCHES, First, goods_table
from core.search.engine.reading import Group
from core.search.engine.segment import F32, U32, Segment
from core.search.engine.wanted import Spot, Wanted

HANDY: Final = 0.08
SHARES: Final = {"near": 0.65, "fresh": 0.35}
HALF_FRESH_DAYS: Final = 30
FAR_KM: Final = 1000  # beyond it distance makes no difference any more
AT_THE_PLACE_KM: Final = 5  # who asks for a town takes its outskirts for it
NEIGHBOURS: Final = 0.85  # how well the next town does for the one that was named
AWAY_KM: Final = 80  # how fast a place stops being "there"
IN_TEXT: Final = 0.9  # a word in the description tells less of what a thing is than one in its title
NOBODY_SAYS: Final = 0.5  # how much a word that no document has counts beside the others: it may be mere talk
PLACES_SHARE: Final = 100  # a place is taken to be as telling as a word that one document in a hundred has


@dataclass(frozen=True, slots=True)
class Ranked:
    """Documents of one segment, by number, with what was found out about each. Prices that do not compare are NaN."""

    numbers: U32
    relevance: F32
    scores: F32
    km: F32 | None
    prices: NDArray[np.float64] | None
    met: NDArray[np.uint32]  # bit n: the n-th asked word is met


def weigh(groups: Sequence[Sequence[Group]], documents: int) -> list[float]:
    """The idf of each asked word, from its groups in all segments; one that nobody uses tells less."""
    weights: list[float] = []
    for of_segments in zip(*groups, strict=True):
        frequency = sum(group.frequency for group in of_segments)
        if any(group.spot for group in of_segments):
            frequency = max(frequency, documents // PLACES_SHARE)
        weights.append(math.log(1 + documents / (1 + frequency)) if frequency else 0.0)
    known = [weight for weight in weights if weight]
    usual = NOBODY_SAYS * sum(known) / len(known) if known else 1.0
    tells = [of_segments[0].tells for of_segments in zip(*groups, strict=True)]
    return [(weight or usual) * told for weight, told in zip(weights, tells, strict=True)]


def most_of_others(groups: Sequence[Group], weights: Sequence[float], first: First, fresh: float) -> float:
    """The highest score of a document that is not among the first ones: a bound, and not an estimate.

    It has none of the words that were looked at wholly (of a place it lies just beyond the neighbourhood). It may have
    the word that was looked at in part, but is then no fresher than the last document of that part: `fresh`.
    """
    beyond = NEIGHBOURS * math.exp(-(TOUCHES - AT_THE_PLACE_KM) / AWAY_KM)
    relevance = of_part = 0.0
    for place, (group, weight) in enumerate(zip(groups, weights, strict=True)):
        most = max(group.weights, default=0.0)
        if group.spot is not None:
            most = max(most, group.spot_weight)
        if place in first.whole:
            relevance += weight * beyond * group.spot_weight if group.spot is not None else 0.0
        elif place == first.part:
            of_part = weight * most
        else:
            relevance += weight * most
    total = sum(weights)
    newer = relevance / total * (1 - HANDY) + HANDY
    older = (relevance + of_part) / total * (1 - HANDY) + HANDY * fresh
    return max(newer, older) if first.part is not None else newer


def rank(
    segment: Segment, numbers: U32, groups: Sequence[Group], weights: Sequence[float], *, wanted: Wanted, scratch: F32
) -> Ranked:
    """Weigh these documents. `scratch`: zeros, one for each document of the segment; left as zeros."""
    relevance = np.zeros(len(numbers), np.float32)
    bits = np.zeros(len(numbers), np.uint32)
    for place, (group, weight) in enumerate(zip(groups, weights, strict=True)):
        how_well = _met(segment, numbers, group, scratch)
        relevance += np.float32(weight / sum(weights)) * how_well
        if place < 32:
            bits |= (how_well > 0).astype(np.uint32) << np.uint32(place)
    if wanted.some_word or wanted.least_relevance:
        kept = (relevance >= wanted.least_relevance) & ((bits > 0) | (not wanted.some_word))
        numbers, relevance, bits = numbers[kept], relevance[kept], bits[kept]
    km = None if wanted.near is None else segment.distance_km(numbers, wanted.near.lat, wanted.near.lon)
    prices = None if wanted.price_per is None else _prices(segment, numbers, wanted)
    handy = _handiness(km, segment.freshness(wanted.today, HALF_FRESH_DAYS)[numbers])
    scores = relevance * np.float32(1 - HANDY) + np.float32(HANDY) * handy
    return Ranked(numbers, relevance, scores.astype(np.float32), km, prices, bits)


def _met(segment: Segment, numbers: U32, group: Group, scratch: F32) -> F32:
    """How well each document meets one word: by the best of the word's terms that it has."""
    met = np.zeros(len(numbers), np.float32)
    if not len(numbers):
        return met
    low, high = numbers[0] << np.uint32(1), numbers[-1] << np.uint32(1) | np.uint32(1)
    lists, weights = [], []
    for term, weight in zip(group.terms, group.weights, strict=True):
        postings = segment.postings(term)
        if len(postings) > 2 * len(numbers):
            start, end = postings.searchsorted(np.array([low, high + np.uint32(1)], np.uint32)).tolist()
            postings = postings[start:end]
        if len(postings) > 6 * len(numbers):
            _look_up(postings, numbers, weight, met)
        elif len(postings):
            lists.append(postings)
            weights.append(weight)
    if lists:
        # The terms come in the order of their weight, so the weightiest is what stays written down.
        entries = np.concatenate(lists)
        holders = entries >> np.uint32(1)
        told = np.repeat(np.array(weights, np.float32), [len(postings) for postings in lists])
        told *= np.float32(IN_TEXT) + (entries & np.uint32(1)) * np.float32(1 - IN_TEXT)
        scratch[holders] = told
        np.maximum(met, scratch[numbers], out=met)
        scratch[holders] = 0
    if group.spot is not None:
        np.maximum(met, _there(segment, numbers, group.spot) * np.float32(group.spot_weight), out=met)
    return met


def _look_up(postings: U32, numbers: U32, weight: float, met: F32) -> None:
    """For few documents against a long list: each is looked up, instead of writing the list down."""
    asked = numbers << np.uint32(1)
    # What is found is the document's entry, one more where the word stands in its title, or of another document.
    beyond = postings.take(postings.searchsorted(asked), mode="clip") - asked
    told = np.array((weight * IN_TEXT, weight, 0.0), np.float32)
    np.maximum(met, told.take(beyond, mode="clip"), out=met)


def _there(segment: Segment, numbers: U32, spot: Spot) -> F32:
    """1 at the place, less and less further off, nothing where the position is unknown."""
    km = segment.chord_km(numbers, spot.lat, spot.lon)
    there: F32 = np.exp((AT_THE_PLACE_KM - km) / np.float32(AWAY_KM))
    there *= np.float32(NEIGHBOURS)
    there[km <= AT_THE_PLACE_KM] = 1
    np.nan_to_num(there, copy=False)
    return there


def _prices(segment: Segment, numbers: U32, wanted: Wanted) -> NDArray[np.float64]:
    assert wanted.price_per is not None
    columns = segment.columns
    factors = goods_table(segment, wanted.price_per)
    prices: NDArray[np.float64] = columns.prices[numbers]
    return prices * factors[columns.products[numbers], columns.price_kinds[numbers]]


def _handiness(km: F32 | None, fresh: F32) -> F32:
    if km is None:
        return fresh
    near = 1 - np.minimum(np.log1p(km) / np.float32(math.log1p(FAR_KM)), 1)
    near = np.where(np.isnan(near), np.float32(0), near)
    share = np.float32(SHARES["near"] / (SHARES["near"] + SHARES["fresh"]))
    handy: F32 = share * near + (1 - share) * fresh
    return handy
