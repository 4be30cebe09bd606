"""Events of quotes."""

from __future__ import annotations

from core.kernel.events import Event


class QuoteFact(Event):
    """Buyer and seller are organisations; `by_person` acted."""

    quote_id: str
    request_id: str
    buyer: str
    seller: str
    by_person: str | None


class QuoteMade(QuoteFact):
    """A seller has quoted, for the first time or again. The amount of a quote on a sealed request is not shown yet."""


class QuoteAwarded(QuoteFact):
    """The buyer has chosen this one: the deal begins."""
