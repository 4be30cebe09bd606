"""What a review is: the command with its limits, the tables, and the window in which both sides may write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Id, Instant, Minor, Table, Words
from core.kernel.process import InProcess, Process, Transition

WRITE_WITHIN: Final = timedelta(days=14)

Mark = Annotated[int, Field(ge=1, le=5)]


class Stars(BaseModel):
    """One to five for each thing that matters in this trade."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quantity: Mark
    quality: Mark
    time: Mark
    talk: Mark


class WriteReview(BaseModel):
    """What one side of a deal says of the other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    deal_id: str
    stars: Stars
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


class ReplyToReview(BaseModel):
    """The one public answer of who was reviewed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    review_id: str
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


REVIEW: Final = Process(
    name="review",
    initial="sealed",
    final=frozenset({"revealed"}),
    transitions=(
        Transition("sealed", "both_written", frozenset({"system"}), "revealed"),
        Transition("sealed", "window_over", frozenset({"time"}), "revealed", WRITE_WITHIN),
    ),
)


class ReviewWindow(InProcess, Table):
    """The time in which both sides of one deal may write. Its id is the deal's."""

    __tablename__ = "review_window"

    buyer: Mapped[str] = mapped_column(Id, index=True)  # organisation
    seller: Mapped[str] = mapped_column(Id, index=True)  # organisation
    closes_at: Mapped[datetime] = mapped_column(Instant)


class Review(Table):
    """One side's word on the other, written once; nobody reads it before both have written or may no longer."""

    __tablename__ = "review"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("review_window.id"))
    author: Mapped[str] = mapped_column(Id, index=True)  # organisation
    about: Mapped[str] = mapped_column(Id, index=True)  # organisation
    written_by: Mapped[str] = mapped_column(Id)  # person
    quantity: Mapped[int] = mapped_column(Integer)
    quality: Mapped[int] = mapped_column(Integer)
    time: Mapped[int] = mapped_column(Integer)
    talk: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Words)
    written_at: Mapped[datetime] = mapped_column(Instant)
    revealed_at: Mapped[datetime | None] = mapped_column(Instant)
    value_minor: Mapped[int] = mapped_column(Minor)  # the deal's, kept so that the score needs no other table
    currency: Mapped[str] = mapped_column(String(3))
    reply: Mapped[str | None] = mapped_column(Words)
    replied_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("deal_id", "author"),
        CheckConstraint(
            "quantity BETWEEN 1 AND 5 AND quality BETWEEN 1 AND 5 AND time BETWEEN 1 AND 5 AND talk BETWEEN 1 AND 5",
            name="one_to_five",
        ),
    )

    @property
    def stars(self) -> Stars:
        return Stars(quantity=self.quantity, quality=self.quality, time=self.time, talk=self.talk)


@dataclass(frozen=True, slots=True)
class Score:
    """What is said of an organisation. `shown` counts stars, 1 to 5, and is None while it is new.

    The others are shares, 0 to 1: `rank` orders search results (the market's mean while it is new), `floor` is what
    limits are decided by.
    """

    shown: float | None
    rank: float
    floor: float
    reviews: int
    counterparties: int
    completed_deals: int
    on_time: float | None  # of the lots it sold; None before the first
