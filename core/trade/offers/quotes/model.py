"""Quotes: the command with its limits, and the table. Their lifecycle is that of the request they answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from sqlalchemy import JSON, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Table
from core.kernel.frozen_model import FrozenModel
from core.kernel.lot_sizes import LOTS_AT_MOST
from core.kernel.money import UnitPrice
from core.trade.listings.model import Certificate
from core.trade.offers.model import Terms


class MakeQuote(FrozenModel):
    """A seller's price for all that a request asks for. The delivery dates and lots may be others than asked for."""

    request_id: str
    edition: int | None = None  # edition of the request that the seller has read; None: as it stands
    price: UnitPrice
    window_from: date
    window_to: date
    lots: Annotated[int, Field(ge=1, le=LOTS_AT_MOST)] | None = None  # as many as the buyer asks for
    certificates: Annotated[tuple[Certificate, ...], Field(max_length=10)] = ()  # with the seller's own numbers
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


class Quote(Table):
    """One quote as it was given, kept for ever. The last one of a seller is the one that counts."""

    __tablename__ = "quote"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    seller: Mapped[str] = mapped_column(Id, index=True)  # organisation
    number: Mapped[int] = mapped_column(Integer)  # from 1, of this seller's on this request
    edition: Mapped[int] = mapped_column(Integer, default=1)  # edition of the request that its seller has read
    person: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    awarded_at: Mapped[datetime | None] = mapped_column(Instant)  # when the buyer took it, for one deal
    terms_json: Mapped[dict[str, Any]] = mapped_column("terms", JSON)

    __table_args__ = (UniqueConstraint("request_id", "seller", "number"),)

    @property
    def terms(self) -> Terms:
        return Terms.read(self.terms_json)
