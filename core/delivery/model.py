"""What a lot is: the commands with their limits, the table, and the process it goes through."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import JSON, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Exact, Minor, Table, Words
from core.kernel.money import Money
from core.kernel.process import InProcess, Process, Transition
from core.kernel.quantity import Quantity

OVERDUE_AFTER: Final = timedelta(days=3)  # after the lot's window: trucks wait for weather and drivers
LATE_LIMIT: Final = timedelta(days=11)
TRANSIT_LIMIT: Final = timedelta(days=7)  # after the announced arrival
INSPECT_WITHIN: Final = timedelta(days=7)  # a quality claim with a laboratory's answer takes a week
SETTLE_CLAIM_WITHIN: Final = timedelta(days=30)
LONGEST_JOURNEY: Final = timedelta(days=60)
FILES_AT_MOST: Final = 10

BUYER = frozenset({"buyer"})
SELLER = frozenset({"seller"})
EITHER = BUYER | SELLER
SYSTEM = frozenset({"system"})
TIME = frozenset({"time"})

LOT: Final = Process(
    name="lot",
    initial="waiting",
    final=frozenset({"accepted", "dropped", "halved"}),
    transitions=(
        Transition("waiting", "funded", SYSTEM, "planned"),
        Transition("waiting", "drop_agreed", SYSTEM, "dropped"),
        Transition("planned", "dispatch", SELLER, "dispatched"),
        Transition("planned", "drop_agreed", SYSTEM, "dropped"),
        Transition("planned", "lot_overdue", TIME, "late"),  # due at the end of its window and OVERDUE_AFTER
        Transition("late", "dispatch", SELLER, "dispatched"),
        Transition("late", "drop", BUYER, "dropped"),
        Transition("late", "drop_agreed", SYSTEM, "dropped"),
        Transition("late", "late_limit", TIME, "dropped", LATE_LIMIT),
        Transition("dispatched", "arrive", EITHER, "inspection"),
        Transition("dispatched", "transit_limit", TIME, "inspection"),  # due at the arrival told and TRANSIT_LIMIT
        Transition("inspection", "accept", BUYER, "accepted"),
        Transition("inspection", "claim", BUYER, "claim"),
        Transition("inspection", "auto_accept", TIME, "accepted", INSPECT_WITHIN),
        Transition("claim", "accept_anyway", BUYER, "accepted"),
        Transition("claim", "give_back", SELLER, "dropped"),
        Transition("claim", "claim_limit", TIME, "halved", SETTLE_CLAIM_WITHIN),
    ),
)

UNSENT: Final = frozenset({"waiting", "planned", "late"})  # given up when the deal is cancelled

FileIds = Annotated[tuple[str, ...], Field(max_length=FILES_AT_MOST)]


class DispatchLot(BaseModel):
    """The goods are on the road. `truck`: a number plate, a waybill, a container, as the trade names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lot_id: str
    truck: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]
    eta: date
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    files: FileIds = ()


class ReportArrival(BaseModel):
    """The goods are there. `measured`: what the weighbridge says, when it is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lot_id: str
    measured: Quantity | None = None
    files: FileIds = ()


class AcceptLot(BaseModel):
    """The buyer takes the goods as they are; after a claim too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lot_id: str
    measured: Quantity | None = None
    files: FileIds = ()


class ClaimLot(BaseModel):
    """What is wrong with the goods, in words, and with a measurement or photos where there are any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lot_id: str
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
    measured: Quantity | None = None
    files: FileIds = ()


class Lot(InProcess, Table):
    """A part of a deal that is delivered, accepted and paid by itself."""

    __tablename__ = "lot"

    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"))
    number: Mapped[int] = mapped_column(Integer)  # from 1
    quantity_amount: Mapped[Decimal] = mapped_column(Exact)
    unit: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    window_from: Mapped[date] = mapped_column(Date)
    window_to: Mapped[date] = mapped_column(Date)
    truck: Mapped[str | None] = mapped_column(String(60))
    eta: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Words)
    measured_amount: Mapped[Decimal | None] = mapped_column(Exact)
    measured_unit: Mapped[str | None] = mapped_column(String(20))
    claim_words: Mapped[str | None] = mapped_column(Words)
    files: Mapped[list[str]] = mapped_column(JSON, default=list)

    __table_args__ = (UniqueConstraint("deal_id", "number"),)

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.quantity_amount, self.unit)

    @property
    def amount(self) -> Money:
        """Its share of the deal's amount."""
        return Money(self.amount_minor, self.currency)

    @property
    def measured(self) -> Quantity | None:
        if self.measured_amount is None or self.measured_unit is None:
            return None
        return Quantity(self.measured_amount, self.measured_unit)
