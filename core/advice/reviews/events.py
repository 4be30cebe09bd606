"""What happens to reviews of sessions, as facts for whoever listens."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class SessionReviewFact(Event):
    """`by_person` acted, None when time or the system did."""

    booking_id: str
    by_person: str | None


@dataclass(frozen=True, slots=True)
class SessionReviewsOpened(SessionReviewFact):
    """A session that is paid for is over: both are asked how it was."""


@dataclass(frozen=True, slots=True)
class SessionRated(SessionReviewFact):
    """One side has said how it was; what it said stays sealed."""


@dataclass(frozen=True, slots=True)
class SessionReviewsShown(SessionReviewFact):
    """What was written can be read by everybody."""


@dataclass(frozen=True, slots=True)
class SessionReviewAnswered(SessionReviewFact):
    """Who was reviewed has answered in public."""
