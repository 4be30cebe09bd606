"""Queries about the market and their results: counts and prices over many sellers, without any name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from core.catalogue.language.places import Place
from core.kernel.quantity import Quantity

FEWEST: Final = 3  # sellers, or seekers: with fewer, each could work out the others' figures
REGION_KM: Final = 300  # around a town, when a town is named as the region


@dataclass(frozen=True, slots=True)
class Region:
    """Some countries, the surroundings of a town, or everywhere."""

    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2
    town: Place | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Prices of many, in one currency per one unit: the lowest, the middle one and the highest."""

    low: Decimal
    median: Decimal
    high: Decimal
    currency: str
    unit: str


@dataclass(frozen=True, slots=True)
class MarketView:
    """The offers of one product in one region.

    `seekers` is None if there are fewer than three. With fewer than three sellers, only the numbers of sellers and
    listings are given.
    `grade`: only listings of this grade.
    `prices`: of every listing per `spread.unit`, sorted; `own`: the reader's.
    """

    product_id: str
    region: Region
    listings: int
    sellers: int
    seekers: int | None
    grade: str | None = None
    left: Quantity | None = None
    spread: Spread | None = None
    per_mwh: Spread | None = None
    prices: tuple[Decimal, ...] = ()
    own: tuple[Decimal, ...] = ()
    newest: datetime | None = None
    within_a_week: int = 0  # listings put up or renewed
