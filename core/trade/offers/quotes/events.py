"""What happens to quotes, as facts for whoever listens."""

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
    """A seller has quoted, or has quoted anew. Of a sealed request nobody sees yet how much."""


@dataclass(frozen=True, slots=True)
class QuoteAwarded(QuoteFact):
    """The buyer has chosen this one: the deal begins."""
