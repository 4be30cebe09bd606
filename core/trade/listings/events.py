"""Events of listings."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event
from core.trade.listings.rules import Difference


@dataclass(frozen=True, slots=True)
class ListingFact(Event):
    """`seller` is an organisation; `by_person` acted, None when time or the system did."""

    listing_id: str
    seller: str
    by_person: str | None


@dataclass(frozen=True, slots=True)
class ListingPublished(ListingFact):
    """It can be found from now on."""


@dataclass(frozen=True, slots=True)
class ListingChanged(ListingFact):
    """Its terms, its stock or its visibility have changed; `changes`: those in what it says to buyers, if any."""

    changes: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class ListingStockMoved(ListingFact):
    """An offer has taken some of it, or given some back."""


@dataclass(frozen=True, slots=True)
class ListingSoldOut(ListingFact):
    """Less than the smallest lot is left."""


@dataclass(frozen=True, slots=True)
class ListingWithdrawn(ListingFact):
    """The seller took it down, or it lay expired for half a year."""


@dataclass(frozen=True, slots=True)
class ListingExpired(ListingFact):
    """It was not renewed in time; the seller still may."""
