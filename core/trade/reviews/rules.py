"""Scores from reviews, which many small, made-up deals cannot lift.

An organisation that sells and buys has two scores: one as a seller, and one as a buyer.

```
Mark of a review        x = (the mean of its stars - 1) / 4, of as many as it gives: two to four
Weight of a review      w = min(1, ln(1 + v/50) / ln 11) * 2^(-age/365 days) * trust(author)
                        v: the deal's value in euros; trust: 0.2 for a newcomer, 1 from four other counterparties on,
                        whichever of them sold
Weight of a counterparty  k = min(sum w, 1 + ln(1 + max(0, sum w - 1)), 3), its x the weighted mean of its reviews'
Score                   s = (C * m + sum k * x) / (C + sum k), C = 8, shown as 1 + 4 s stars
                        m: the market's mean, of all sellers or of all buyers
Floor, for limits       the lower end of Wilson's 90 % interval with n = sum k
```

A score is not shown below three counterparties. Then it says that there are too few ratings for one, or none yet.

The choice of C, of the cap on one counterparty and of trust was measured against rings of shill accounts. For a small
one, see `tests/core/trade/reviews/test_reputation.py`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.kernel.money import Money
from core.trade.deals.model import Side
from core.trade.reviews.model import ASPECTS, OF_GOODS, Stars

PRIOR_WEIGHT: Final = 8.0  # C: as many middling reviews stand against the first real ones
PARTS: Final = 48  # a mark is a whole number of them: the mean of two, three or four marks has no rest
FIRST_MEAN: Final = 0.75  # m of a market without reviews: four stars
FULL_VALUE_EUR: Final = 500.0  # from here on a deal counts in full: ln(1 + 500/50) = ln 11
HALF_LIFE_DAYS: Final = 365.0
LEAST_TRUST: Final = 0.2
TRUSTED_AFTER: Final = 4  # other counterparties
COUNTERPARTY_CAP: Final = 3.0
SHOWN_FROM: Final = 3  # counterparties
Z_90: Final = 1.2816  # one-sided 90 % of the normal distribution

# Euros for one unit, roughly. A weight is nearly the same for 400 and for 440 euros, so these need no daily rate.
ROUGH_EUR: Final[Mapping[str, float]] = MappingProxyType(
    {
        "EUR": 1.0,
        "USD": 0.9,
        "GBP": 1.15,
        "CHF": 1.05,
        "CAD": 0.65,
        "PLN": 0.23,
        "RON": 0.2,
        "DKK": 0.134,
        "SEK": 0.09,
        "NOK": 0.085,
        "CZK": 0.04,
        "HUF": 0.0025,
        "UAH": 0.02,
        "MDL": 0.05,
        "GEL": 0.33,
        "TRY": 0.02,
        "RSD": 0.0085,
        "JPY": 0.006,
        "ISK": 0.007,
    }
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A review as the score sees it: `mark` 0 to 1, `value_eur` of its deal, `trust` in its author."""

    author: str
    rating: float
    value_eur: float
    age_days: float
    trust: float


@dataclass(frozen=True, slots=True)
class Reputation:
    """The score, 0 to 1, its floor, and how many counterparties it rests on."""

    score: float
    floor: float
    counterparties: int

    @property
    def shown(self) -> float | None:
        """Return stars with two decimals, or None while it is new."""
        return round(1 + 4 * self.score, 2) if self.counterparties >= SHOWN_FROM else None


def may_say(side: Side, stars: Stars) -> bool:
    """Return whether these are the marks of that side; only marks about goods may be missing."""
    return {*ASPECTS[side]} - OF_GOODS <= stars.keys() <= {*ASPECTS[side]}


def in_euros(value: Money) -> float:
    return float(value.amount) * ROUGH_EUR.get(value.currency, 0.0)


def trust_in(others: int) -> float:
    """Return how much an author's word counts, by the number of other counterparties of their completed deals."""
    return LEAST_TRUST + (1 - LEAST_TRUST) * min(1.0, others / TRUSTED_AFTER)


def weight(review: Counted) -> float:
    """Return a weight of 0 to 1. A deal of a few cents weighs nearly nothing, an old one half as much every year."""
    by_value = min(1.0, math.log1p(max(0.0, review.value_eur) / 50) / math.log(1 + FULL_VALUE_EUR / 50))
    return by_value * 2 ** (-max(0.0, review.age_days) / HALF_LIFE_DAYS) * review.trust


def capped(total: float) -> float:
    """Return the weight of one counterparty, which is limited however many deals it has made."""
    return min(total, 1 + math.log1p(max(0.0, total - 1)), COUNTERPARTY_CAP)


def market_mean(ratings: float, reviews: int) -> float:
    """Return the mean of all revealed reviews of one side, drawn to four stars while there are few.

    `marks`: the sum of the reviews' marks.
    """
    return (PRIOR_WEIGHT * FIRST_MEAN + ratings) / (PRIOR_WEIGHT + reviews)


def reputation_of(reviews: Iterable[Counted], mean: float) -> Reputation:
    """Return the score of the organisation that these reviews are about. `mean`: the market's, 0 to 1."""
    weights: dict[str, float] = defaultdict(float)
    ratings: dict[str, float] = defaultdict(float)
    for review in reviews:
        weighed = weight(review)
        weights[review.author] += weighed
        ratings[review.author] += weighed * review.rating
    total = good = 0.0
    for author, summed in weights.items():
        if summed > 0:
            total += capped(summed)
            good += capped(summed) * ratings[author] / summed
    score = (PRIOR_WEIGHT * mean + good) / (PRIOR_WEIGHT + total)
    return Reputation(score, wilson_floor(good, total), sum(summed > 0 for summed in weights.values()))


def wilson_floor(good: float, total: float) -> float:
    """Return the lower end of Wilson's interval: a safe value after `total` weight of reviews."""
    if total <= 0:
        return 0.0
    squared = Z_90 * Z_90
    spread = Z_90 * math.sqrt(max(0.0, good / total * (total - good)) + squared / 4)
    return min(1.0, max(0.0, (good + squared / 2 - spread) / (total + squared)))
