"""Events of blocking and reporting."""

from __future__ import annotations

from core.kernel.events import Event


class PartyReported(Event):
    """The operators should look at it."""

    report_id: str


class ReportClosed(Event):
    """An operator has looked. `outcome`: "warned" (the party was told off) or "nothing"."""

    report_id: str
    outcome: str
