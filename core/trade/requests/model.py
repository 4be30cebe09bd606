"""Open requests: the command with its limits, the table, and the process."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints
from sqlalchemy import JSON, Boolean, Date, Float, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Exact, Id, Instant, OneOf, Table, Words
from core.kernel.frozen_model import FrozenModel
from core.kernel.lot_sizes import LOTS_AT_MOST
from core.kernel.money import UnitPrice
from core.kernel.process import SYSTEM, TIME, InProcess, Process, Transition
from core.kernel.quantity import Quantity
from core.trade.listings.model import Code, Place

SHORTEST_BIDDING: Final = timedelta(hours=1)
LONGEST_BIDDING: Final = timedelta(days=30)
TIME_TO_QUOTE_AGAIN: Final = timedelta(days=1)  # at least, for sellers who have quoted on what was asked before
AWARD_WITHIN: Final = timedelta(days=3)  # after the cut-off; a quote stands no longer, whatever becomes of another
CUT_OFF: Final = time(17)  # by the buyer's own clock: a seller who quotes on the last day has had the day
QUOTES_EACH: Final = 3  # a seller may think again, and may not chase the others
QUOTES_EACH_AT_MOST: Final = 10


class PublishRequest(FrozenModel):
    """Ask the market for quotes. What fits the product and the calendar is checked in `rules`.

    `target`: the price that the buyer has in mind, which every seller sees. `sealed`: no one, not even the buyer, sees
    a quote before the cut-off.
    """

    product_id: Code
    grade_id: Code | None = None
    certificates: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    quantity: Quantity
    target: UnitPrice | None = None
    incoterm: Code
    place: Place
    window_from: date
    window_to: date
    lots: Annotated[int, Field(ge=1, le=LOTS_AT_MOST)] = 1
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    closes_at: datetime
    sealed: bool = True
    quotes_each: Annotated[int, Field(ge=1, le=QUOTES_EACH_AT_MOST)] = QUOTES_EACH
    language: Annotated[str, StringConstraints(min_length=2, max_length=10)] = "en"
    again_of: str | None = None  # an earlier request of the same buyer's that has ended; its sellers are told


class ChangeRequest(FrozenModel):
    """Change a request that is open. Only what is given changes; product, unit, currency and the seal never do."""

    grade_id: Code | None = None  # given as None: any grade will do
    certificates: Annotated[tuple[Code, ...], Field(max_length=10)] | None = None
    quantity: Quantity | None = None
    target: UnitPrice | None = None  # given as None: no price is named any more
    incoterm: Code | None = None
    place: Place | None = None
    window_from: date | None = None
    window_to: date | None = None
    lots: Annotated[int, Field(ge=1, le=LOTS_AT_MOST)] | None = None
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] | None = None
    closes_at: datetime | None = None
    quotes_each: Annotated[int, Field(ge=1, le=QUOTES_EACH_AT_MOST)] | None = None


BUYER = frozenset({"buyer"})
SELLER = frozenset({"seller"})


class RequestState(StrEnum):
    OPEN = "open"
    AWARDED = "awarded"
    WITHDRAWN = "withdrawn"
    DECIDING = "deciding"
    LAPSED = "lapsed"
    SIGNED = "signed"


REQUEST: Final = Process(
    name="request",
    initial=RequestState.OPEN,
    final=frozenset({RequestState.SIGNED, RequestState.WITHDRAWN, RequestState.LAPSED}),
    transitions=(
        Transition(RequestState.OPEN, "quote", SELLER, RequestState.OPEN),
        Transition(RequestState.OPEN, "change", BUYER, RequestState.OPEN),
        # For a request that is not sealed: its quotes are seen as they come.
        Transition(RequestState.OPEN, "award", BUYER, RequestState.AWARDED),
        Transition(RequestState.OPEN, "withdraw", BUYER, RequestState.WITHDRAWN),
        Transition(RequestState.OPEN, "cut_off", TIME, RequestState.DECIDING),  # due at the request's own moment
        Transition(RequestState.DECIDING, "award", BUYER, RequestState.AWARDED),
        Transition(RequestState.DECIDING, "withdraw", BUYER, RequestState.WITHDRAWN),
        Transition(RequestState.DECIDING, "nobody_quoted", SYSTEM, RequestState.LAPSED),
        Transition(RequestState.DECIDING, "bidding_closed", TIME, RequestState.LAPSED, AWARD_WITHIN, BUYER),
        # A quote that is taken is no deal yet. Both have to sign it, and the buyer's company may have to approve it.
        Transition(RequestState.AWARDED, "both_signed", SYSTEM, RequestState.SIGNED),
        # The others; due when they would have been without it.
        Transition(RequestState.AWARDED, "quotes_expire", TIME, RequestState.AWARDED),
        # It fell through before the cut-off.
        Transition(RequestState.AWARDED, "quoting_goes_on", SYSTEM, RequestState.OPEN),
        Transition(RequestState.AWARDED, "choose_again", SYSTEM, RequestState.DECIDING),
        Transition(RequestState.AWARDED, "fell_through", SYSTEM, RequestState.LAPSED),  # and no other stands any more
    ),
    binds=frozenset({"award", "withdraw"}),
)


class Request(InProcess[RequestState], Table):
    """Request of one buyer.

    `quotes`: how many stand on what it asks for now, one for each seller. Nothing else is visible of a sealed one.
    """

    __tablename__ = "request"

    state: Mapped[RequestState] = mapped_column(OneOf(RequestState), index=True)
    buyer: Mapped[str] = mapped_column(Id, index=True)  # organisation
    published_by: Mapped[str] = mapped_column(Id)  # person
    published_at: Mapped[datetime] = mapped_column(Instant)
    product_id: Mapped[str] = mapped_column(String(60))
    grade_id: Mapped[str | None] = mapped_column(String(60))
    certificates: Mapped[list[str]] = mapped_column(JSON)  # certificate schemes that the request requires
    unit: Mapped[str] = mapped_column(String(20))
    quantity_amount: Mapped[Decimal] = mapped_column(Exact)
    target_amount: Mapped[Decimal | None] = mapped_column(Exact)
    currency: Mapped[str] = mapped_column(String(3))  # the currency of every quote, so that they can be compared
    price_unit: Mapped[str] = mapped_column(String(20))
    incoterm: Mapped[str] = mapped_column(String(60))
    place_name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    window_from: Mapped[date] = mapped_column(Date)
    window_to: Mapped[date] = mapped_column(Date)
    lots: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Words)
    language: Mapped[str] = mapped_column(String(10))
    closes_at: Mapped[datetime] = mapped_column(Instant)
    sealed: Mapped[bool] = mapped_column(Boolean)
    quotes_each: Mapped[int] = mapped_column(Integer)
    quotes: Mapped[int] = mapped_column(Integer, default=0)
    edition: Mapped[int] = mapped_column(Integer, default=1)  # counts what it asks: one more with each change
    stands_from: Mapped[int] = mapped_column(Integer, default=1)  # quotes on this edition and later ones count
    again_of: Mapped[str | None] = mapped_column(Id)  # the earlier request that is asked again

    __table_args__ = (Index("ix_request_shelf", "state", "product_id"),)

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.quantity_amount, self.unit)

    @property
    def target(self) -> UnitPrice | None:
        """Return what the buyer would like to pay."""
        if self.target_amount is None:
            return None
        return UnitPrice(self.target_amount, self.currency, self.price_unit)

    @property
    def place(self) -> Place:
        return Place(name=self.place_name, country=self.country, lat=self.lat, lon=self.lon)
