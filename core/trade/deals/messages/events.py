"""Events of messages in deals."""

from __future__ import annotations

from core.trade.deals.events import DealFact


class DealLineSaid(DealFact):
    """One side has said something, or says it otherwise now."""

    line_id: str
