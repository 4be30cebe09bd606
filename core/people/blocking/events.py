"""Events of blocking and reporting."""

from __future__ import annotations

from datetime import datetime

from core.kernel.events import Event


class PartyReported(Event):
    """The operators should look at it."""

    report_id: str


class ReportClosed(Event):
    """An operator has looked. `outcome`: what the operator did."""

    report_id: str
    outcome: str


class PartyWarned(Event):
    """An operator warns the party of a report, which reads the reason."""

    report_id: str
    organisation_id: str
    reason: str


class AccountSuspended(Event):
    """A company with its people begins nothing new from now on. `until`: carried over to a chat that came back."""

    suspension_id: str
    organisation_id: str
    reason: str
    until: datetime | None


class SuspensionLifted(Event):
    suspension_id: str
    organisation_id: str
