"""Events of offers."""

from __future__ import annotations

from core.kernel.events import Event
from core.trade.listings.rules import Difference


class OfferFact(Event):
    """`by_person` acted; None when time or the system did. Buyer and seller are organisations."""

    offer_id: str
    listing_id: str
    buyer: str
    seller: str
    by_person: str | None


class OfferMade(OfferFact):
    """A buyer has made a first offer; the seller's answer is awaited."""


class OfferCountered(OfferFact):
    """The terms have changed and it is the other side's turn."""


class OfferAccepted(OfferFact):
    """Both want the same; the goods are reserved."""


class OfferDeclined(OfferFact):
    """The side whose turn it was said no."""


class OfferWithdrawn(OfferFact):
    """The side that made the last proposal took it back."""


class OfferListingChanged(OfferFact):
    """The listing under it has changed; the offer keeps its terms. `changes`: those that touch it."""

    changes: tuple[Difference, ...]


class OfferExpired(OfferFact):
    """It was not answered in time, or the listing is no longer there."""
