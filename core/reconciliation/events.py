"""What reconciliation finds, as facts for whoever listens: the operator, by mail and in the log."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class CaseOpened(Event):
    """Something about money does not agree."""

    case_id: str
    kind: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class CaseClosed(Event):
    """It agrees again, or a person has looked at it."""

    case_id: str
    kind: str
    subject: str
