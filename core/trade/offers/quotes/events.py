"""Events of quotes."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class QuoteFact(Event):
    """Buyer and seller are organisations; `by_person` acted."""

    quote_id: str
    request_id: str
    buyer: str
    seller: str
    by_person: str | None


@dataclass(frozen=True, slots=True)
class QuoteMade(QuoteFact):
    """A seller has quoted, for the first time or again. The amount of a quote on a sealed request is not shown yet."""


@dataclass(frozen=True, slots=True)
class QuoteAwarded(QuoteFact):
    """The buyer has chosen this one: the deal begins."""
