"""Events about reviews of sessions."""

from __future__ import annotations

from core.kernel.events import Event


class SessionReviewFact(Event):
    """`by_person` acted, None when time or the system did."""

    booking_id: str
    by_person: str | None


class SessionReviewsOpened(SessionReviewFact):
    """A session that is paid for is over: both are asked how it was."""


class SessionRated(SessionReviewFact):
    """One side has written a review, which stays sealed."""


class SessionReviewsShown(SessionReviewFact):
    """The reviews can be read by everybody."""


class SessionReviewAnswered(SessionReviewFact):
    """The reviewed person has answered in public."""
