"""Events of listings."""

from __future__ import annotations

from core.kernel.events import Event
from core.trade.listings.rules import Difference


class ListingFact(Event):
    """`seller` is an organisation; `by_person` acted, None when time or the system did."""

    listing_id: str
    seller: str
    by_person: str | None


class ListingPublished(ListingFact):
    """It can be found from now on."""


class ListingChanged(ListingFact):
    """Its terms, its stock or its visibility have changed; `changes`: those in what it says to buyers, if any."""

    changes: tuple[Difference, ...] = ()


class ListingStockMoved(ListingFact):
    """An offer has taken some of it, or given some back."""


class ListingSoldOut(ListingFact):
    """Less than the smallest lot is left."""


class ListingWithdrawn(ListingFact):
    """The seller took it down, or it lay expired for half a year."""


class ListingRemoved(ListingFact):
    """An operator took it down, with a reason that its seller reads. Open offers on it end."""

    reason: str


class ListingPutBack(ListingFact):
    """An operator has put it back after all."""


class ListingExpired(ListingFact):
    """It was not renewed in time; the seller still may."""
