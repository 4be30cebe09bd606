"""Events of blocking and reporting."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class PartyReported(Event):
    """The operators should look at it."""

    report_id: str


@dataclass(frozen=True, slots=True)
class ReportClosed(Event):
    """An operator has looked. `outcome`: "warned" (the party was told off) or "nothing"."""

    report_id: str
    outcome: str
