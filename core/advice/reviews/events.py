"""Events about reviews of sessions."""

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
    """One side has written a review, which stays sealed."""


@dataclass(frozen=True, slots=True)
class SessionReviewsShown(SessionReviewFact):
    """The reviews can be read by everybody."""


@dataclass(frozen=True, slots=True)
class SessionReviewAnswered(SessionReviewFact):
    """The reviewed person has answered in public."""
