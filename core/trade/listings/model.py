"""Listings: the commands with their limits, the table, and the process."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints, field_validator
from sqlalchemy import JSON, Boolean, Date, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.database import Exact, Id, Instant, OneOf, Table, Words
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import UnitPrice
from core.kernel.process import SYSTEM, TIME, InProcess, Process, Transition
from core.kernel.quantity import Quantity

STANDS_FOR: Final = timedelta(days=60)  # without a renewal; prices of this trade are stale by then
FORGOTTEN_AFTER: Final = timedelta(days=180)  # an expired listing may be renewed this long
PHOTOS_AT_MOST: Final = 10

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
FileIds = tuple[Annotated[str, StringConstraints(min_length=1, max_length=64)], ...]


class Place(FrozenModel):
    """A named place: ISO 3166 country in capitals, degrees where known (four decimals are eleven metres)."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None

    @field_validator("lat", "lon")
    @classmethod
    def _four_decimals(cls, value: float | None) -> float | None:
        return None if value is None else round(value, 4) + 0.0  # minus zero is written like zero


class Certificate(FrozenModel):
    """A claim of certification as its holder writes it; the scheme is a catalogue id."""

    scheme: Code
    number: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""

    def __str__(self) -> str:
        """Return "ENplus PL023"; the number alone where it begins with the scheme's name: "FSC-C012345"."""
        name = self.scheme.replace("_", " ")
        return self.number if _plain(self.number).startswith(_plain(name)) else f"{name} {self.number}".strip()


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


class PublishListing(FrozenModel):
    """Put goods up for sale. What fits the product and the calendar is checked in `rules`."""

    product_id: Code
    grade_id: Code | None = None
    certificates: Annotated[tuple[Certificate, ...], Field(max_length=10)] = ()
    quantity: Quantity
    min_lot: Quantity | None = None  # in the unit of `quantity`; without it only the whole is sold
    price: UnitPrice
    negotiable: bool = True
    buy_now: bool = False
    incoterm: Code  # a delivery term of the catalogue: the eleven of 2020, or how gas and certificates change hands
    place: Place
    window_from: date
    window_to: date
    packaging: Code | None = None
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    photos: Annotated[FileIds, Field(max_length=PHOTOS_AT_MOST)] = ()
    documents: Annotated[FileIds, Field(max_length=PHOTOS_AT_MOST)] = ()
    language: Annotated[str, StringConstraints(min_length=2, max_length=10)] = "en"


class ChangeListing(FrozenModel):
    """Change a listing that stands. Only the fields that are given change; product, unit and currency never do."""

    grade_id: Code | None = None  # given as None: it has no grade any more
    certificates: Annotated[tuple[Certificate, ...], Field(max_length=10)] | None = None
    quantity: Quantity | None = None  # the quantity left from now on; what has been taken is not in it
    min_lot: Quantity | None = None
    price: UnitPrice | None = None
    negotiable: bool | None = None
    buy_now: bool | None = None
    incoterm: Code | None = None
    place: Place | None = None
    window_from: date | None = None
    window_to: date | None = None
    packaging: Code | None = None  # given as None: it is not said any more
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] | None = None
    photos: Annotated[FileIds, Field(max_length=PHOTOS_AT_MOST)] | None = None
    documents: Annotated[FileIds, Field(max_length=PHOTOS_AT_MOST)] | None = None


SELLER = frozenset({"seller"})
OPERATOR = frozenset({"operator"})


class ListingState(StrEnum):
    LIVE = "live"
    PAUSED = "paused"
    SOLD_OUT = "sold_out"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REMOVED = "removed"  # by an operator


LISTING: Final = Process(
    name="listing",
    initial=ListingState.LIVE,
    final=frozenset({ListingState.WITHDRAWN}),
    transitions=(
        Transition(ListingState.LIVE, "change", SELLER, ListingState.LIVE),
        Transition(ListingState.LIVE, "renew", SELLER, ListingState.LIVE),
        Transition(ListingState.LIVE, "pause", SELLER, ListingState.PAUSED),
        Transition(ListingState.LIVE, "sell_out", SYSTEM | SELLER, ListingState.SOLD_OUT),
        Transition(ListingState.LIVE, "withdraw", SELLER, ListingState.WITHDRAWN),
        Transition(ListingState.LIVE, "listing_expired", TIME, ListingState.EXPIRED),
        Transition(ListingState.PAUSED, "change", SELLER, ListingState.PAUSED),
        Transition(ListingState.PAUSED, "resume", SELLER, ListingState.LIVE),
        Transition(ListingState.PAUSED, "sell_out", SYSTEM | SELLER, ListingState.SOLD_OUT),
        Transition(ListingState.PAUSED, "withdraw", SELLER, ListingState.WITHDRAWN),
        Transition(ListingState.PAUSED, "listing_expired", TIME, ListingState.EXPIRED),
        Transition(ListingState.SOLD_OUT, "change", SELLER, ListingState.SOLD_OUT),
        Transition(ListingState.SOLD_OUT, "restock", SYSTEM | SELLER, ListingState.LIVE),
        Transition(ListingState.SOLD_OUT, "withdraw", SELLER, ListingState.WITHDRAWN),
        Transition(ListingState.SOLD_OUT, "listing_expired", TIME, ListingState.EXPIRED),
        Transition(ListingState.EXPIRED, "change", SELLER, ListingState.EXPIRED),
        Transition(ListingState.EXPIRED, "renew", SELLER, ListingState.LIVE),
        Transition(ListingState.EXPIRED, "withdraw", SELLER, ListingState.WITHDRAWN),
        Transition(ListingState.EXPIRED, "listing_forgotten", TIME, ListingState.WITHDRAWN, FORGOTTEN_AFTER),
        Transition(ListingState.LIVE, "take_down", OPERATOR, ListingState.REMOVED),
        Transition(ListingState.PAUSED, "take_down", OPERATOR, ListingState.REMOVED),
        Transition(ListingState.SOLD_OUT, "take_down", OPERATOR, ListingState.REMOVED),
        Transition(ListingState.EXPIRED, "take_down", OPERATOR, ListingState.REMOVED),
        Transition(ListingState.REMOVED, "put_back", OPERATOR, ListingState.LIVE),
        Transition(ListingState.REMOVED, "put_back_paused", OPERATOR, ListingState.PAUSED),
        Transition(ListingState.REMOVED, "withdraw", SELLER, ListingState.WITHDRAWN),
        Transition(ListingState.REMOVED, "listing_forgotten", TIME, ListingState.WITHDRAWN, FORGOTTEN_AFTER),
    ),
    binds=frozenset({"withdraw"}),
)


class ListingCertificate(Table):
    __tablename__ = "listing_certificate"

    listing_id: Mapped[str] = mapped_column(Id, ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True)
    scheme: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[str] = mapped_column(String(60), default="")


class Listing(InProcess[ListingState], Table):
    """One seller's goods at one place. `remaining` is what no accepted offer has taken yet."""

    __tablename__ = "listing"

    state: Mapped[ListingState] = mapped_column(OneOf(ListingState), index=True)
    seller: Mapped[str] = mapped_column(Id, index=True)  # organisation
    published_by: Mapped[str] = mapped_column(Id)  # person
    published_at: Mapped[datetime] = mapped_column(Instant)
    renewed_at: Mapped[datetime] = mapped_column(Instant)
    product_id: Mapped[str] = mapped_column(String(60))
    grade_id: Mapped[str | None] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(20))
    quantity_amount: Mapped[Decimal] = mapped_column(Exact)
    remaining_amount: Mapped[Decimal] = mapped_column(Exact)
    min_lot_amount: Mapped[Decimal] = mapped_column(Exact)
    price_amount: Mapped[Decimal] = mapped_column(Exact)
    price_currency: Mapped[str] = mapped_column(String(3))
    price_unit: Mapped[str] = mapped_column(String(20))
    negotiable: Mapped[bool] = mapped_column(Boolean)
    buy_now: Mapped[bool] = mapped_column(Boolean)
    incoterm: Mapped[str] = mapped_column(String(60))
    place_name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    window_from: Mapped[date] = mapped_column(Date)
    window_to: Mapped[date] = mapped_column(Date)
    packaging: Mapped[str | None] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(Words)
    photos: Mapped[list[str]] = mapped_column(JSON)
    documents: Mapped[list[str]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(10))
    removed_from: Mapped[ListingState | None] = mapped_column(OneOf(ListingState))  # its state before
    removal_reason: Mapped[str | None] = mapped_column(Words)  # the operator's, which its seller reads
    removed_with: Mapped[str | None] = mapped_column(Id)  # the suspension of its seller that took it down
    certificates: Mapped[list[ListingCertificate]] = relationship(
        lazy="selectin", order_by=ListingCertificate.scheme, cascade="all, delete-orphan"
    )

    __table_args__ = (Index("ix_listing_shelf", "state", "product_id"),)

    @property
    def certified(self) -> tuple[Certificate, ...]:
        """Return the certificates that it names now."""
        return tuple(Certificate(scheme=each.scheme, number=each.number) for each in self.certificates)

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.quantity_amount, self.unit)

    @property
    def remaining(self) -> Quantity:
        return Quantity(self.remaining_amount, self.unit)

    @property
    def min_lot(self) -> Quantity:
        return Quantity(self.min_lot_amount, self.unit)

    @property
    def price(self) -> UnitPrice:
        return UnitPrice(self.price_amount, self.price_currency, self.price_unit)

    @property
    def place(self) -> Place:
        return Place(name=self.place_name, country=self.country, lat=self.lat, lon=self.lon)

    @property
    def expires_at(self) -> datetime:
        """Return STANDS_FOR after the last renewal, or with the day its delivery window ends."""
        window_over = datetime.combine(self.window_to + timedelta(days=1), time.min, UTC)
        return min(self.renewed_at + STANDS_FOR, window_over)
