"""Offers: the terms that travel from them into the deal, the commands, the tables and the process."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from sqlalchemy import JSON, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.database import Id, Instant, OneOf, Table
from core.kernel.errors import Invalid
from core.kernel.frozen_model import FrozenModel
from core.kernel.lot_sizes import LOTS_AT_MOST
from core.kernel.money import Money, UnitPrice
from core.kernel.process import SYSTEM, TIME, InProcess, Process, Transition
from core.kernel.quantity import Quantity
from core.trade.listings.model import Certificate, Code, Place
from core.trade.offers.quality_formula import Quality
from core.trade.offers.validity import DEFAULT_VALIDITY

Side = Literal["buyer", "seller"]

ROUNDS_AT_MOST: Final = 10


class Terms(BaseModel):
    """Terms: what is to be delivered, where, when and for how much. Two equal terms have one canonical text.

    `incoterm` is a delivery term. `certificates` have the numbers that the listing gave when the terms were made. Later
    changes of the listing do not change them. `price` is per a unit of the same kind as the unit of `quantity`.
    """

    # Checked again in every command: a changed copy of terms has not been checked.
    model_config = ConfigDict(frozen=True, extra="forbid", revalidate_instances="always")

    product_id: Code
    grade_id: Code | None = None
    certificates: Annotated[tuple[Certificate, ...], Field(max_length=10)] = ()
    quantity: Quantity
    price: UnitPrice
    incoterm: Code
    place: Place
    window_from: date
    window_to: date
    lots: Annotated[int, Field(ge=1, le=LOTS_AT_MOST)] = 1
    packaging: Code | None = None
    quality: Quality | None = None  # what the price is for, and what is paid for goods that are measured otherwise
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None

    @field_validator("certificates")
    @classmethod
    def _in_one_order(cls, certificates: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
        return tuple(sorted(set(certificates), key=lambda each: (each.scheme, each.number)))

    @field_validator("note", "packaging", "grade_id")
    @classmethod
    def _nothing_is_none(cls, text: str | None) -> str | None:
        return text or None

    @model_validator(mode="after")
    def _window_runs_forward(self) -> Terms:
        if self.window_to < self.window_from:
            raise Invalid("terms.window_backwards", field="window_to", window_from=self.window_from)
        return self

    def total(self) -> Money:
        """Return what the whole costs, rounded once. Refuses units that have no fixed conversion."""
        return self.price.times(self.quantity)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values: decimals and dates as text."""
        return self.model_dump(mode="json")

    def canonical(self) -> str:
        """Return the one text of these terms: keys sorted, no spaces, no needless escapes."""
        return json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def read(cls, body: dict[str, Any] | str) -> Terms:
        """Read terms from `as_json` or `canonical`."""
        return cls.model_validate(json.loads(body) if isinstance(body, str) else body)


class MakeOffer(FrozenModel):
    """A buyer's first word on a listing."""

    listing_id: str
    terms: Terms
    valid_for: timedelta = DEFAULT_VALIDITY


class CounterOffer(FrozenModel):
    """The other side's answer with changed terms."""

    offer_id: str
    terms: Terms
    valid_for: timedelta = DEFAULT_VALIDITY


class BuyNow(FrozenModel):
    """Take so much at the listing's own price and conditions."""

    listing_id: str
    quantity: Quantity
    lots: Annotated[int, Field(ge=1, le=LOTS_AT_MOST)] = 1
    quality: Quality | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


TURN = frozenset({"turn"})
OTHER = frozenset({"other"})


class OfferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


OFFER: Final = Process(
    name="offer",
    initial=OfferState.OPEN,
    final=frozenset({OfferState.ACCEPTED, OfferState.DECLINED, OfferState.WITHDRAWN, OfferState.EXPIRED}),
    transitions=(
        Transition(OfferState.OPEN, "counter", TURN, OfferState.OPEN),
        Transition(OfferState.OPEN, "accept", TURN, OfferState.ACCEPTED),
        Transition(OfferState.OPEN, "decline", TURN, OfferState.DECLINED),
        Transition(OfferState.OPEN, "withdraw", OTHER, OfferState.WITHDRAWN),
        Transition(OfferState.OPEN, "listing_gone", SYSTEM, OfferState.EXPIRED),
        Transition(OfferState.OPEN, "side_suspended", SYSTEM, OfferState.EXPIRED),
        Transition(OfferState.OPEN, "offer_expired", TIME, OfferState.EXPIRED, reminds=TURN),
    ),
    binds=frozenset({"accept"}),
)


class OfferRound(Table):
    """One proposal of a negotiation, kept as it was made."""

    __tablename__ = "offer_round"

    offer_id: Mapped[str] = mapped_column(Id, ForeignKey("offer.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)  # from 1
    side: Mapped[Side] = mapped_column(String(6))
    person: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    terms_json: Mapped[dict[str, Any]] = mapped_column("terms", JSON)

    @property
    def terms(self) -> Terms:
        return Terms.read(self.terms_json)


class Offer(InProcess[OfferState], Table):
    """A negotiation between two organisations on one listing. `turn`: the side whose answer is awaited."""

    __tablename__ = "offer"

    state: Mapped[OfferState] = mapped_column(OneOf(OfferState), index=True)
    listing_id: Mapped[str] = mapped_column(Id, ForeignKey("listing.id"), index=True)
    buyer: Mapped[str] = mapped_column(Id, index=True)  # organisation
    seller: Mapped[str] = mapped_column(Id, index=True)  # organisation
    turn: Mapped[Side] = mapped_column(String(6))
    round: Mapped[int] = mapped_column(Integer, default=1)
    valid_until: Mapped[datetime] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)
    terms_json: Mapped[dict[str, Any]] = mapped_column("terms", JSON)
    rounds: Mapped[list[OfferRound]] = relationship(lazy="selectin", order_by=OfferRound.number)

    # One open negotiation per buyer and listing, also when two of a company's members press at once.
    __table_args__ = (
        Index(
            "uq_offer_open",
            "listing_id",
            "buyer",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    @property
    def terms(self) -> Terms:
        """Return the terms on the table now."""
        return Terms.read(self.terms_json)
