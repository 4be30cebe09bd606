"""Events of reconciliation, for the operator's mail and the log."""

from __future__ import annotations

from core.kernel.events import Event


class DifferenceFound(Event):
    """A disagreement about money was found."""

    difference_id: str
    kind: str
    subject: str
    detail: str


class DifferenceGone(Event):
    """It agrees again, or a person has looked at it."""

    difference_id: str
    kind: str
    subject: str
