"""What happens to open requests, as facts for whoever listens."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event
from core.listings.rules import Difference


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
class RequestWithdrawn(RequestFact):
    """The buyer does not look for it any more."""


@dataclass(frozen=True, slots=True)
class RequestLapsed(RequestFact):
    """Nobody quoted, or the buyer did not choose in time. `why`: "nobody_quoted" or "bidding_closed"."""

    why: str
