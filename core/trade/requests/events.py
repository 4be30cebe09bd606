"""Events of open requests."""

from __future__ import annotations

from datetime import datetime

from core.kernel.events import Event
from core.trade.listings.rules import Difference


class RequestFact(Event):
    """`buyer` is an organisation; `by_person` acted, None when time or the system did."""

    request_id: str
    buyer: str
    by_person: str | None


class RequestPublished(RequestFact):
    """Sellers can find it, and quote, from now on."""


class RequestChanged(RequestFact):
    """Its content has changed. `quotes_passed`: the number of earlier quotes, which count no longer."""

    changes: tuple[Difference, ...]
    quotes_passed: int


class RequestCutOff(RequestFact):
    """It takes no more quotes: the buyer sees them all, and chooses."""


class RequestAwarded(RequestFact):
    """The buyer has taken one of the quotes."""


class RequestQuotesExpired(RequestFact):
    """No deal of the taken quote is signed yet, and the other quotes bind their sellers no longer."""


class RequestReopened(RequestFact):
    """The deal of the taken quote came to nothing before it counted: there is a choice again.

    `seller`: the seller of that quote.
    `why`: "quoting_goes_on" or "choose_again".
    `until`: until then quotes are accepted, or one of the standing quotes can be chosen.
    """

    seller: str
    why: str
    until: datetime


class RequestSigned(RequestFact):
    """The deal of the quote that was taken counts. `freed`: whether others were bound by theirs until now."""

    freed: bool


class RequestWithdrawn(RequestFact):
    """The buyer does not look for it any more."""


class RequestLapsed(RequestFact):
    """There was no quote, the buyer did not choose in time, or the only standing quote's deal came to nothing.

    `why`: "nobody_quoted", "bidding_closed" or "fell_through".
    """

    why: str
