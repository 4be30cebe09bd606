"""Reviews: the command with its limits, the tables, and the window in which both sides may write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal, get_args

from pydantic import Field, StringConstraints
from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, OneOf, Table, Words
from core.kernel.frozen_model import FrozenModel
from core.kernel.process import SYSTEM, TIME, InProcess, Process, Transition
from core.trade.deals.model import Side

WRITE_WITHIN: Final = timedelta(days=14)

StarCount = Annotated[int, Field(ge=1, le=5)]
Aspect = Literal["quantity", "quality", "time", "payment", "taking", "fairness", "talk"]
Stars = Mapping[Aspect, StarCount]  # one to five for each mark that applies

# Duties of each side of a deal, by which it is rated. A seller delivers; a buyer pays, takes the goods and checks them.
ASPECTS: Final[Mapping[Side, tuple[Aspect, ...]]] = MappingProxyType(
    {"seller": ("quantity", "quality", "time", "talk"), "buyer": ("payment", "taking", "fairness", "talk")}
)
# Marks about goods may be missing: a deal can be over before any goods came.
OF_GOODS: Final[frozenset[Aspect]] = frozenset({"quantity", "quality", "taking", "fairness"})


class WriteReview(FrozenModel):
    """One side's words about the other after a deal."""

    deal_id: str
    stars: Stars
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


class AnswerReview(FrozenModel):
    """The one public answer of the reviewed side."""

    review_id: str
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class ReviewState(StrEnum):
    SEALED = "sealed"
    REVEALED = "revealed"


REVIEW: Final = Process(
    name="review",
    initial=ReviewState.SEALED,
    final=frozenset({ReviewState.REVEALED}),
    transitions=(
        Transition(ReviewState.SEALED, "both_written", SYSTEM, ReviewState.REVEALED),
        Transition(ReviewState.SEALED, "window_over", TIME, ReviewState.REVEALED, WRITE_WITHIN),
    ),
)


class ReviewWindow(InProcess[ReviewState], Table):
    """The time in which both sides of one deal may write. Its id is the deal's."""

    __tablename__ = "review_window"

    state: Mapped[ReviewState] = mapped_column(OneOf(ReviewState), index=True)
    buyer: Mapped[str] = mapped_column(Id, index=True)  # organisation
    seller: Mapped[str] = mapped_column(Id, index=True)  # organisation
    closes_at: Mapped[datetime] = mapped_column(Instant)


class Review(Table):
    """One side's word on the other, written once. It is hidden until both have written or may no longer."""

    __tablename__ = "review"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("review_window.id"))
    author: Mapped[str] = mapped_column(Id, index=True)  # organisation
    about: Mapped[str] = mapped_column(Id, index=True)  # organisation
    written_by: Mapped[str] = mapped_column(Id)  # person
    side: Mapped[Side] = mapped_column(String(6))  # the side of the deal on which the reviewed company stood
    quantity: Mapped[int | None] = mapped_column(Integer)
    quality: Mapped[int | None] = mapped_column(Integer)
    time: Mapped[int | None] = mapped_column(Integer)
    payment: Mapped[int | None] = mapped_column(Integer)
    taking: Mapped[int | None] = mapped_column(Integer)
    fairness: Mapped[int | None] = mapped_column(Integer)
    talk: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Words)
    written_at: Mapped[datetime] = mapped_column(Instant)
    revealed_at: Mapped[datetime | None] = mapped_column(Instant)
    value_minor: Mapped[int] = mapped_column(Minor)  # the deal's, kept so that the score needs no other table
    currency: Mapped[str] = mapped_column(String(3))
    answer: Mapped[str | None] = mapped_column(Words)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("deal_id", "author"),
        CheckConstraint(" AND ".join(f"{aspect} BETWEEN 1 AND 5" for aspect in get_args(Aspect)), name="one_to_five"),
        CheckConstraint(
            "(side = 'seller' AND time IS NOT NULL AND payment IS NULL AND taking IS NULL AND fairness IS NULL)"
            " OR (side = 'buyer' AND payment IS NOT NULL AND quantity IS NULL AND quality IS NULL AND time IS NULL)",
            name="marks_of_its_side",
        ),
    )

    @property
    def stars(self) -> dict[Aspect, int]:
        """Return the marks that were given."""
        given = {aspect: getattr(self, aspect) for aspect in ASPECTS[self.side]}
        return {aspect: stars for aspect, stars in given.items() if stars is not None}


@dataclass(frozen=True, slots=True)
class Score:
    """Score of an organisation as a seller, or as a buyer.

    `shown` counts stars, 1 to 5, and is None while it is new. The others are shares, 0 to 1. `rank` orders search
    results (the market's mean while it is new), and `floor` decides limits.
    """

    shown: float | None
    rank: float
    floor: float
    reviews: int
    counterparties: int
    completed_deals: int
    other_deals: int  # completed on the other side
    payments_lost: int  # to a chargeback of its bank, as a buyer; 0 for a seller
    on_time: float | None  # share of the lots it sold; None before the first, and for a buyer
