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
ANY_WORD: Final = 1e-6  # of relevance: more than nothing
WRITTEN_BELOW: Final = 4  # so many times as many documents as are asked for: a longer list is searched instead
PLACES_SHARE: Final = 100  # a place is taken to be as telling as a word that one document in a hundred has


@dataclass(frozen=True, slots=True)
class Ranked:
    """Documents of one segment, by number, with what was found out about each. Prices that do not compare are NaN."""

    numbers: U32
    relevance: F32
    scores: F32
    km: F32 | None
    prices: NDArray[np.float64] | None
    met: Sequence[F32]  # how well each asked word is met


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


def rank(
    segment: Segment, numbers: U32, groups: Sequence[Group], weights: Sequence[float], *, wanted: Wanted, scratch: F32
) -> Ranked:
    """Weigh these documents. `scratch`: two zeros for each document of the segment; left as zeros."""
    relevance = np.zeros(len(numbers), np.float32)
    entries = numbers << np.uint32(1)
    total = sum(weights)
    met = []
    for group, weight in zip(groups, weights, strict=True):
        how_well = _met(segment, numbers, entries, group, scratch)
        if group.spot is not None:
            np.fmax(how_well, _there(segment, numbers, group.spot) * np.float32(group.spot_weight), out=how_well)
        relevance += how_well * np.float32(weight / total)
        met.append(how_well)
    if wanted.some_word or wanted.least_relevance:
        least = np.float32(max(wanted.least_relevance, ANY_WORD if wanted.some_word else 0))
        kept = (relevance >= least).nonzero()[0]
        if len(kept) < len(numbers):
            numbers, relevance, met = numbers.take(kept), relevance.take(kept), [each.take(kept) for each in met]
    km = None if wanted.near is None else segment.distance_km(numbers, wanted.near.lat, wanted.near.lon)
    prices = None if wanted.price_per is None else _prices(segment, numbers, wanted)
    handy = handiness(km, segment.freshness(wanted.today, HALF_FRESH_DAYS).take(numbers))
    scores = relevance * np.float32(1 - HANDY)
    scores += handy * np.float32(HANDY)
    return Ranked(numbers, relevance, scores, km, prices, met)


def _met(segment: Segment, numbers: U32, entries: U32, group: Group, scratch: F32) -> F32:
    """How well each document meets one word: by the best of the word's terms that it has.

    `entries`: what the documents' numbers are in postings, without the bit of the title.
    """
    if group.goods is None:
        met = np.zeros(len(entries), np.float32)
    else:
        met = group.goods.take(segment.columns.products.take(numbers))
        if len(met) and met.min() >= group.most_plain:
            return met  # all are of the goods, and nothing else would meet the word better
    rare: list[U32] = []
    weights: list[float] = []
    for term, weight in group.plain:
        postings = segment.postings(term)
        if len(postings) > WRITTEN_BELOW * len(entries) or len(group.plain) == 1:
            _look_up(postings, entries, weight, met)
        else:
            rare.append(postings)
            weights.append(weight)
    if rare:
        # The terms come in the order of their weight, so the weightiest is what stays written down.
        written = np.concatenate(rare)
        scratch[written] = np.array(weights, np.float32).repeat([len(postings) for postings in rare])
        in_title = scratch.take(entries + np.uint32(1))
        np.maximum(in_title, scratch.take(entries) * np.float32(IN_TEXT), out=in_title)
        np.maximum(met, in_title, out=met)
        scratch[written] = 0
    return met


def _look_up(postings: U32, entries: U32, weight: float, met: F32) -> None:
    """For few documents against a long list: each is looked up, instead of writing the list down."""
    # What is found is the document's entry, one more where the word stands in its title, or of another document.
    beyond = postings.take(postings.searchsorted(entries), mode="clip")
    beyond -= entries
    told = np.array((weight * IN_TEXT, weight, 0.0), np.float32)
    np.maximum(met, told.take(beyond, mode="clip"), out=met)


def _there(segment: Segment, numbers: U32, spot: Spot) -> F32:
    """1 at the place, less and less further off, NaN where the position is unknown."""
    km = segment.chord_km(numbers, spot.lat, spot.lon)
    there: F32 = np.exp((AT_THE_PLACE_KM - km) / np.float32(AWAY_KM))
    there *= np.float32(NEIGHBOURS)
    there[km <= AT_THE_PLACE_KM] = 1
    return there


def _prices(segment: Segment, numbers: U32, wanted: Wanted) -> NDArray[np.float64]:
    assert wanted.price_per is not None
    columns = segment.columns
    prices: NDArray[np.float64] = columns.prices.take(numbers)
    return prices * segment.factors_of(wanted.price_per, numbers, columns.price_kinds)


def handiness(km: F32 | None, fresh: F32) -> F32:
    """Between 0 and 1."""
    if km is None:
        return fresh
    near = 1 - np.minimum(np.log1p(km) / np.float32(math.log1p(FAR_KM)), 1)
    near = np.where(np.isnan(near), np.float32(0), near)
    share = np.float32(SHARES["near"] / (SHARES["near"] + SHARES["fresh"]))
    handy: F32 = share * near + (1 - share) * fresh
    return handy
