"""A query of the engine: words to be met as well as possible, and filters that must be met exactly."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

Order = Literal["best", "cheapest", "nearest", "newest"]
WIDE_KM: Final = 1_000  # some 700 squares; twice as wide there are ten times as many, the poles being nearer


class Spot(NamedTuple):
    """A position in degrees; with a radius in kilometres nothing beyond it is wanted."""

    lat: float
    lon: float
    radius_km: float | None = None

    @property
    def circle_km(self) -> float | None:
        """The radius, if its squares are scanned faster than the whole index."""
        return None if self.radius_km is None or self.radius_km > WIDE_KM else self.radius_km


NO_OTHER_TERMS: Final[Mapping[str, float]] = MappingProxyType({})


class Word(NamedTuple):
    """One asked word. `also` are other terms that would do (translations, tags), each with how well, from 0 to 1.

    With a `spot` the word is a place, and documents near it meet the word too.

    - `fuzzy`: it may be misspelt.
    - `own` and `spot_weight`: how well the word itself, and the neighbourhood, would do.
    - `tells`: its weight against others.
    - `beside`: tags of goods that are already named. The word does not ask for them again by their sellers' use.
    - `goods`: it names goods to find.
    - `country`: it names their country. It tells as much as a town, however many documents are from there.
    - `unfinished`: it was perhaps only begun, so a word that begins with it is likelier than a similar one.
    - `about`: it tells what a problem is about, which matters more than where.
    """

    text: str
    also: Mapping[str, float] = NO_OTHER_TERMS
    spot: Spot | None = None
    fuzzy: bool = True
    own: float = 1.0
    spot_weight: float = 1.0
    tells: float = 1.0
    beside: tuple[str, ...] = ()
    country: bool = False
    goods: bool = False
    unfinished: bool = False
    about: bool = False


# A factor for each product and kind of unit, since tonnes become megawatt-hours by the goods' own figures. What is not
# in it cannot be compared. The product "" is one without figures.
Factors = Mapping[tuple[str, int], float]


class Limits(NamedTuple):
    """A limit for amounts or prices: `value` times the factor of each document's goods and kind of unit."""

    value: float
    factors: Factors

    def of(self, product: str, kind: int) -> float:
        return self.value * self.factors[product, kind]


class EngineQuery(NamedTuple):
    """A query of the engine.

    `must`: for each filter the terms, one of which is required.
    `some_word`: a document that meets no word is left out.
    """

    words: tuple[Word, ...] = ()
    must: tuple[frozenset[str], ...] = ()
    must_not: frozenset[str] = frozenset()  # terms of which none may be there, whatever is given up
    near: Spot | None = None
    price_at_most: Limits | None = None
    price_at_least: Limits | None = None
    amount: Limits | None = None
    days: tuple[int, int] | None = None  # ordinals; goods that are to be had at any time of it
    price_per: Factors | None = None  # factors that make prices comparable for the order
    some_word: bool = False
    least_relevance: float = 0.0
    order: Order = "best"
    today: int = 0
    patient: bool = False  # if too few meet every filter, those that meet all but `GIVEN_UP` are shown


# The kinds of filters in the order in which they are given up: each hurts more than those before it.
GIVEN_UP: Final = ("days", "amount", "price", "must")


def given_up(query: EngineQuery) -> list[EngineQuery]:
    """Return the query with these filters given up one after the other, and finally the distance."""
    days = query._replace(days=None)
    amount = days._replace(amount=None)
    price = amount._replace(price_at_most=None, price_at_least=None)
    must = price._replace(must=())
    anywhere = must if query.near is None else must._replace(near=query.near._replace(radius_km=None))
    ways = [query, days, amount, price, must, anywhere]
    return [way for before, way in pairwise(ways) if way != before]
