"""Inquiries: the commands with their limits, the tables and the process."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import StringConstraints
from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.database import Id, Instant, OneOf, Table, Words
from core.kernel.frozen_model import FrozenModel
from core.kernel.process import SYSTEM, TIME, InProcess, Process, Transition
from core.trade.offers.model import Side

IDLE_AFTER: Final = timedelta(days=14)  # since the last word
LINES_AT_MOST: Final = 100  # a conversation that long needs an offer

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class AskSeller(FrozenModel):
    """A buyer's question about a listing."""

    listing_id: str
    words: Line


class SayOn(FrozenModel):
    """The next word of an inquiry, from either side."""

    inquiry_id: str
    words: Line


PARTIES = frozenset({"buyer", "seller"})


class InquiryState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


INQUIRY: Final = Process(
    name="inquiry",
    initial=InquiryState.OPEN,
    final=frozenset({InquiryState.CLOSED}),
    transitions=(
        Transition(InquiryState.OPEN, "say", PARTIES, InquiryState.OPEN),
        Transition(InquiryState.OPEN, "close", PARTIES, InquiryState.CLOSED),
        Transition(InquiryState.OPEN, "offered", SYSTEM, InquiryState.CLOSED),  # the two exchange offers from now on
        Transition(InquiryState.OPEN, "listing_gone", SYSTEM, InquiryState.CLOSED),
        Transition(InquiryState.OPEN, "idle", TIME, InquiryState.CLOSED, IDLE_AFTER, frozenset({"turn"})),
    ),
)


class InquiryLine(Table):
    """One message, as it was written; contacts are hidden when it is shown."""

    __tablename__ = "inquiry_line"

    inquiry_id: Mapped[str] = mapped_column(Id, ForeignKey("inquiry.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)  # from 1
    side: Mapped[Side] = mapped_column(String(6))
    person: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = mapped_column(Words)


class Inquiry(InProcess[InquiryState], Table):
    """A conversation between a buyer and the seller of a listing. `turn`: the side whose answer is awaited."""

    __tablename__ = "inquiry"

    state: Mapped[InquiryState] = mapped_column(OneOf(InquiryState), index=True)
    listing_id: Mapped[str] = mapped_column(Id, ForeignKey("listing.id"), index=True)
    buyer: Mapped[str] = mapped_column(Id, index=True)  # organisation
    seller: Mapped[str] = mapped_column(Id, index=True)  # organisation
    turn: Mapped[Side] = mapped_column(String(6))
    ended_by: Mapped[str | None] = mapped_column(String(40))  # the event that closed it
    lines: Mapped[list[InquiryLine]] = relationship(lazy="selectin", order_by=InquiryLine.number)

    # One open inquiry per buyer and listing, also when two of a company's members ask at once.
    __table_args__ = (
        Index(
            "uq_inquiry_open",
            "listing_id",
            "buyer",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
