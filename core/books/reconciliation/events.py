"""What reconciliation finds, as facts for whoever listens: the operator, by mail and in the log."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class DifferenceFound(Event):
    """Something about money does not agree."""

    difference_id: str
    kind: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class DifferenceGone(Event):
    """It agrees again, or a person has looked at it."""

    difference_id: str
    kind: str
    subject: str
