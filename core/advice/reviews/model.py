"""Reviews of a session: the commands with their limits, the tables, and the time limits.

One tap is a review. Its author may add a few words until both reviews can be read, half an hour after the second tap.
So neither side writes knowing the other's review.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints
from sqlalchemy import CheckConstraint, Float, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, OneOf, Table, Words
from core.kernel.frozen_model import FrozenModel
from core.kernel.process import SYSTEM, TIME, InProcess, Process, Transition

RATE_WITHIN: Final = timedelta(days=14)
WORDS_WITHIN: Final = timedelta(minutes=30)  # after the second tap


class SessionReviewState(StrEnum):
    SEALED = "sealed"
    LAST_WORDS = "last_words"
    SHOWN = "shown"


SESSION_REVIEW: Final = Process(
    name="session_review",
    initial=SessionReviewState.SEALED,
    final=frozenset({SessionReviewState.SHOWN}),
    transitions=(
        Transition(SessionReviewState.SEALED, "both_rated", SYSTEM, SessionReviewState.LAST_WORDS),
        Transition(SessionReviewState.SEALED, "window_over", TIME, SessionReviewState.SHOWN, RATE_WITHIN),
        Transition(SessionReviewState.LAST_WORDS, "words_over", TIME, SessionReviewState.SHOWN, WORDS_WITHIN),
    ),
)

ReviewText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class RateSession(FrozenModel):
    """One tap: one to five stars."""

    booking_id: str
    stars: Annotated[int, Field(ge=1, le=5)]


class AddWords(FrozenModel):
    """A few words beside the stars."""

    booking_id: str
    words: ReviewText


class AnswerReview(FrozenModel):
    """The reviewed person's one public answer."""

    review_id: str
    words: ReviewText


class SessionReviewWindow(InProcess[SessionReviewState], Table):
    """The time in which both sides of one session may write. Its id is the booking's."""

    __tablename__ = "session_review_window"

    state: Mapped[SessionReviewState] = mapped_column(OneOf(SessionReviewState), index=True)
    seeker: Mapped[str] = mapped_column(Id)  # person
    consultant: Mapped[str] = mapped_column(Id)  # person


class SessionReview(Table):
    """One side's review of the other. Only its author reads it before it is shown."""

    __tablename__ = "session_review"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    booking_id: Mapped[str] = mapped_column(ForeignKey("session_review_window.id"))
    author: Mapped[str] = mapped_column(Id, index=True)  # person
    about: Mapped[str] = mapped_column(Id, index=True)  # person
    stars: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Words)
    written_at: Mapped[datetime] = mapped_column(Instant)
    shown_at: Mapped[datetime | None] = mapped_column(Instant)
    value_minor: Mapped[int] = mapped_column(Minor)  # the session's price: an expensive one weighs more
    currency: Mapped[str] = mapped_column(String(3))
    answer: Mapped[str | None] = mapped_column(Words)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("booking_id", "author"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="one_to_five"),
    )


class PersonScore(Table):
    """The score of a person's reviews, recomputed whenever one is shown. The search for consultants reads only this.

    `rank`, 0 to 1, orders. `stars`, 1 to 5, is what people see, None while there are too few reviews.
    """

    __tablename__ = "session_score"

    person_id: Mapped[str] = mapped_column(Id, primary_key=True)
    rank: Mapped[float] = mapped_column(Float)
    stars: Mapped[float | None] = mapped_column(Float)
    reviews: Mapped[int] = mapped_column(Integer)
