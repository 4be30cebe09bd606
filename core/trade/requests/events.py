"""What happens to open requests, as facts for whoever listens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.kernel.events import Event
from core.trade.listings.rules import Difference


@dataclass(frozen=True, slots=True)
class RequestFact(Event):
    """`buyer` is an organisation; `by_person` acted, None when time or the system did."""

    request_id: str
    buyer: str
    by_person: str | None


@dataclass(frozen=True, slots=True)
class RequestPublished(RequestFact):
    """Sellers can find it, and quote, from now on."""


@dataclass(frozen=True, slots=True)
class RequestChanged(RequestFact):
    """It asks otherwise from now on. `quotes_passed`: so many had come, and count no longer."""

    changes: tuple[Difference, ...]
    quotes_passed: int


@dataclass(frozen=True, slots=True)
class RequestCutOff(RequestFact):
    """No quote is taken any more: the buyer sees them all, and chooses."""


@dataclass(frozen=True, slots=True)
class RequestAwarded(RequestFact):
    """The buyer has taken one of the quotes."""


@dataclass(frozen=True, slots=True)
class RequestQuotesExpired(RequestFact):
    """Of a quote that is taken no deal is signed yet, and the others bind nobody any more."""


@dataclass(frozen=True, slots=True)
class RequestReopened(RequestFact):
    """The deal of the quote that was taken came to nothing before it counted: there is a choice again.

    `seller`: whose quote it was. `why`: "quoting_goes_on" or "choose_again". `until`: till then quotes are taken, or
    one of those that stand can be.
    """

    seller: str
    why: str
    until: datetime


@dataclass(frozen=True, slots=True)
class RequestSigned(RequestFact):
    """The deal of the quote that was taken counts. `freed`: whether others were bound by theirs until now."""

    freed: bool


@dataclass(frozen=True, slots=True)
class RequestWithdrawn(RequestFact):
    """The buyer does not look for it any more."""


@dataclass(frozen=True, slots=True)
class RequestLapsed(RequestFact):
    """Nobody quoted, the buyer did not choose in time, or the deal of the one quote that stood came to nothing.

    `why`: "nobody_quoted", "bidding_closed" or "fell_through".
    """

    why: str
