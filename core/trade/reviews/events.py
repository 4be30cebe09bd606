"""Events of reviews."""

from __future__ import annotations

from datetime import datetime

from core.kernel.events import Event


class ReviewsOpened(Event):
    """A deal is over and both organisations may write about each other, `until` then."""

    deal_id: str
    buyer: str
    seller: str
    until: datetime


class ReviewWritten(Event):
    """One side has written; the review is still sealed."""

    review_id: str
    deal_id: str
    author: str
    about: str
    by_person: str


class ReviewsRevealed(Event):
    """The reviews of a deal can be read by everybody."""

    deal_id: str
    buyer: str
    seller: str


class ReviewAnswered(Event):
    """The reviewed side has answered in public."""

    review_id: str
    deal_id: str
    author: str
    about: str
    by_person: str
