"""Lots: the table, its process, and the findings and proposals if a lot was not as agreed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Exact, Id, Instant, Minor, OneOf, Table, Words
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import Money, MoneyOf
from core.kernel.process import SYSTEM, TIME, InProcess, Process, Transition
from core.kernel.quantity import Quantity
from core.trade.deals.model import Side
from core.trade.offers.quality_formula import Measured

OVERDUE_AFTER: Final = timedelta(days=3)  # after the lot's window: trucks wait for weather and drivers
LATE_LIMIT: Final = timedelta(days=11)
TRANSIT_LIMIT: Final = timedelta(days=7)  # after the announced arrival
INSPECT_WITHIN: Final = timedelta(days=7)
INSPECT_WITH_LABORATORY: Final = timedelta(days=10)  # from the arrival, when a sample was sent
WEIGHT_CLAIM_WITHIN: Final = timedelta(hours=48)  # goods are weighed at once, if at all
# share of the lot's amount: a shortfall up to it counts on the buyer's word alone
WEIGHT_ACCEPTED_WITHIN_BP: Final = 1_000
TEST_AT_MOST_BP: Final = 500  # share of the lot's amount: the most that a referee's test may cost the other side
ANSWER_CLAIM_WITHIN: Final = timedelta(days=3)
REFEREE_WITHIN: Final = timedelta(days=14)
OBJECT_WITHIN: Final = timedelta(days=2)  # to what the referee is said to have found
FINAL_RULE_AFTER: Final = timedelta(days=30)
LONGEST_JOURNEY: Final = timedelta(days=60)
CLAIM_ROUNDS: Final = 3

BUYER = frozenset({"buyer"})
SELLER = frozenset({"seller"})
EITHER = BUYER | SELLER
CONCERNED = frozenset({"concerned"})  # both sides, and those who decide, where time decides otherwise
OTHER = frozenset({"other"})  # the side that did not ask last


class LotState(StrEnum):
    WAITING = "waiting"
    PLANNED = "planned"
    DROPPED = "dropped"
    DISPATCHED = "dispatched"
    LATE = "late"
    INSPECTION = "inspection"
    CLAIM = "claim"
    ACCEPTED = "accepted"
    ADJUSTED = "adjusted"
    CLAIM_OFFERED = "claim_offered"
    REFEREE = "referee"
    LOT_DISPUTE = "lot_dispute"
    REFEREE_FOUND = "referee_found"


# Open states. The money held for such a lot can be split by a ruling on the whole deal, or called back.
OPEN: Final = (
    LotState.WAITING,
    LotState.PLANNED,
    LotState.LATE,
    LotState.DISPATCHED,
    LotState.INSPECTION,
    LotState.CLAIM,
    LotState.CLAIM_OFFERED,
    LotState.REFEREE,
    LotState.REFEREE_FOUND,
    LotState.LOT_DISPUTE,
)
CLAIMED: Final = (LotState.CLAIM, LotState.CLAIM_OFFERED, LotState.REFEREE, LotState.REFEREE_FOUND)

LOT: Final = Process(
    name="lot",
    initial=LotState.WAITING,
    final=frozenset({LotState.ACCEPTED, LotState.DROPPED, LotState.ADJUSTED}),
    transitions=(
        Transition(LotState.WAITING, "funded", SYSTEM, LotState.PLANNED),
        Transition(LotState.WAITING, "drop_agreed", SYSTEM, LotState.DROPPED),
        # Its part of the money did not come in time.
        Transition(LotState.WAITING, "unfunded", SYSTEM, LotState.DROPPED),
        Transition(LotState.PLANNED, "dispatch", SELLER, LotState.DISPATCHED),
        Transition(LotState.PLANNED, "drop_asked", EITHER, LotState.PLANNED),
        Transition(LotState.PLANNED, "drop_agreed", OTHER | SYSTEM, LotState.DROPPED),
        # Due at the end of its window and OVERDUE_AFTER.
        Transition(LotState.PLANNED, "lot_overdue", TIME, LotState.LATE, reminds=SELLER),
        Transition(LotState.LATE, "dispatch", SELLER, LotState.DISPATCHED),
        Transition(LotState.LATE, "drop", BUYER, LotState.DROPPED),
        Transition(LotState.LATE, "drop_agreed", SYSTEM, LotState.DROPPED),
        Transition(LotState.LATE, "late_limit", TIME, LotState.DROPPED, LATE_LIMIT, SELLER),
        Transition(LotState.DISPATCHED, "arrive", EITHER, LotState.INSPECTION),
        Transition(LotState.DISPATCHED, "not_arrived", BUYER, LotState.CLAIM),
        # A silent buyer delays nothing; one who looks can still say that it never came. Due at the arrival that was
        # told and TRANSIT_LIMIT.
        Transition(LotState.DISPATCHED, "transit_limit", TIME, LotState.INSPECTION, reminds=BUYER),
        Transition(LotState.INSPECTION, "accept", BUYER, LotState.ACCEPTED),
        Transition(LotState.INSPECTION, "claim", BUYER, LotState.CLAIM),
        Transition(LotState.INSPECTION, "not_arrived", BUYER, LotState.CLAIM),
        Transition(LotState.INSPECTION, "sample_sent", BUYER, LotState.INSPECTION),
        Transition(LotState.INSPECTION, "weigh", EITHER, LotState.INSPECTION),  # said for the first time, or corrected
        # Results of accepting if less was weighed than was agreed: it is paid by that weight. If it is far less by the
        # buyer's word alone, the seller is asked.
        Transition(LotState.INSPECTION, "accept_weighed", BUYER | SYSTEM, LotState.ADJUSTED),
        Transition(LotState.INSPECTION, "weight_asked", BUYER | SYSTEM, LotState.CLAIM),
        Transition(LotState.INSPECTION, "auto_accept", TIME, LotState.ACCEPTED, INSPECT_WITHIN, BUYER),
        # The seller's turn: take the buyer's figure, propose another, find otherwise, or give it all back.
        Transition(LotState.CLAIM, "grant", SELLER, LotState.ADJUSTED),
        Transition(LotState.CLAIM, "propose", SELLER, LotState.CLAIM_OFFERED),
        Transition(LotState.CLAIM, "mean_taken", SELLER, LotState.ADJUSTED),
        Transition(LotState.CLAIM, "contradict", SELLER, LotState.REFEREE),
        Transition(LotState.CLAIM, "seller_silent", TIME, LotState.LOT_DISPUTE, ANSWER_CLAIM_WITHIN, SELLER),
        # The buyer's turn.
        Transition(LotState.CLAIM_OFFERED, "take", BUYER, LotState.ADJUSTED),
        Transition(LotState.CLAIM_OFFERED, "take_replacement", BUYER, LotState.PLANNED),
        Transition(LotState.CLAIM_OFFERED, "counter", BUYER, LotState.CLAIM),
        Transition(LotState.CLAIM_OFFERED, "buyer_silent", TIME, LotState.LOT_DISPUTE, ANSWER_CLAIM_WITHIN, BUYER),
        # Two laboratories differ by more than they may: the reserve sample decides, and the loser pays for that.
        Transition(LotState.REFEREE, "referee_value", EITHER, LotState.REFEREE_FOUND),
        Transition(LotState.REFEREE, "sample_silent", TIME, LotState.LOT_DISPUTE, REFEREE_WITHIN, EITHER),
        Transition(LotState.REFEREE_FOUND, "agree_value", OTHER, LotState.ADJUSTED),
        Transition(LotState.REFEREE_FOUND, "unopposed", TIME, LotState.ADJUSTED, OBJECT_WITHIN, OTHER),
        *(Transition(state, "accept_anyway", BUYER, LotState.ACCEPTED) for state in (*CLAIMED, LotState.LOT_DISPUTE)),
        # The same if an undisputed weight counts: it is paid as without the claim.
        *(
            Transition(state, "accept_anyway_weighed", BUYER, LotState.ADJUSTED)
            for state in (*CLAIMED, LotState.LOT_DISPUTE)
        ),
        *(Transition(state, "give_back", SELLER, LotState.DROPPED) for state in (*CLAIMED, LotState.LOT_DISPUTE)),
        *(Transition(state, "operator_asked", EITHER, LotState.LOT_DISPUTE) for state in CLAIMED),
        # A seller who was silent while it was theirs to answer can still report their findings.
        Transition(LotState.LOT_DISPUTE, "show_late", SELLER, LotState.LOT_DISPUTE),
        Transition(LotState.LOT_DISPUTE, "rule", SYSTEM, LotState.ADJUSTED),  # an operator's ruling that stands
        # One proposed shares, the other took them.
        Transition(LotState.LOT_DISPUTE, "settle", SYSTEM, LotState.ADJUSTED),
        Transition(LotState.LOT_DISPUTE, "lot_final_rule", TIME, LotState.ADJUSTED, FINAL_RULE_AFTER, CONCERNED),
        *(Transition(state, "deal_ruled", SYSTEM, LotState.ADJUSTED) for state in OPEN),
        *(Transition(state, "recalled", SYSTEM, LotState.DROPPED) for state in OPEN),
    ),
    binds=frozenset(
        {
            "accept",
            "accept_weighed",
            "weight_asked",
            "accept_anyway",
            "accept_anyway_weighed",
            "drop",
            "drop_asked",
            "drop_agreed",
            "not_arrived",
            "claim",
            "grant",
            "propose",
            "mean_taken",
            "contradict",
            "take",
            "take_replacement",
            "counter",
            "referee_value",
            "agree_value",
            "give_back",
            "operator_asked",
        }
    ),
)

UNSENT: Final = frozenset({LotState.WAITING, LotState.PLANNED, LotState.LATE})  # given up when the deal is cancelled
ARRIVED: Final = frozenset({LotState.INSPECTION, *CLAIMED, LotState.LOT_DISPUTE})


class Lot(InProcess[LotState], Table):
    """A part of a deal that is delivered, accepted and paid by itself.

    `weighed_by`: the side whose word the measured weight is.
    `never_came`: that is what its claim says.
    `came_in_time`: whether it arrived by its day, None while that is unknown. It counts for the seller's reputation.
    `asked_by`: the side whose wish or report the other is to answer.
    `pay_minor`: what an adjusted lot is paid with, the market's fee included.
    `test_minor`: the seller's part of the referee's test within it. It goes to the buyer, who has advanced the test.
    `flagged`: it was split without a figure of either side, and an operator should look at it.
    """

    __tablename__ = "lot"

    state: Mapped[LotState] = mapped_column(OneOf(LotState), index=True)
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
    weighed_by: Mapped[Side | None] = mapped_column(String(6))
    arrived_by: Mapped[Side | None] = mapped_column(String(6))
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    never_came: Mapped[bool] = mapped_column(default=False)
    came_in_time: Mapped[bool | None] = mapped_column()
    asked_by: Mapped[Side | None] = mapped_column(String(6))
    rounds: Mapped[int] = mapped_column(Integer, default=0)
    pay_minor: Mapped[int | None] = mapped_column(Minor)
    test_minor: Mapped[int] = mapped_column(Minor, default=0)
    flagged: Mapped[bool] = mapped_column(default=False)
    files: Mapped[list[str]] = mapped_column(JSON, default=list)

    __table_args__ = (
        UniqueConstraint("deal_id", "number"),
        CheckConstraint("pay_minor BETWEEN 0 AND amount_minor", name="paid_within_its_amount"),
        CheckConstraint("test_minor BETWEEN 0 AND COALESCE(pay_minor, 0)", name="test_within_its_pay"),
    )

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.quantity_amount, self.unit)

    amount = MoneyOf()  # its share of the deal's amount

    @property
    def pay(self) -> Money:
        """Return what an adjusted lot is paid with."""
        assert self.pay_minor is not None, "an adjusted lot has its figure"
        return Money(self.pay_minor, self.currency)

    test = MoneyOf()  # the part of its pay that goes to the buyer, for the referee's test

    @property
    def measured(self) -> Quantity | None:
        if self.measured_amount is None or self.measured_unit is None:
            return None
        return Quantity(self.measured_amount, self.measured_unit)


Finder = Literal["buyer", "seller", "referee"]


class Finding(Table):
    """A finding about a lot that is not as agreed, kept for ever: words, figures, who measured, the papers.

    `cost_minor`: what a referee's test cost the buyer, who has advanced it; `receipts` are among the lot's papers.
    """

    __tablename__ = "finding"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), index=True)
    finder: Mapped[Finder] = mapped_column(String(8))
    person: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = mapped_column(Words)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    measured_by: Mapped[str | None] = mapped_column(String(120))
    sample: Mapped[str | None] = mapped_column(String(60))
    cost_minor: Mapped[int] = mapped_column(Minor, default=0)
    receipts: Mapped[list[str]] = mapped_column(JSON, default=list)
    files: Mapped[list[str]] = mapped_column(JSON, default=list)

    @property
    def measured(self) -> Measured:
        return Measured.model_validate(self.figures)


# "formula": no side has named it; what the agreement's formula pays for what the buyer has found.
Kind = Literal["cut", "formula", "replacement"]


class Proposal(Table):
    """One side's proposal to settle a claim: an amount for the lot, or a replacement by a day."""

    __tablename__ = "proposal"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), index=True)
    side: Mapped[Side] = mapped_column(String(6))
    person: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[Kind] = mapped_column(String(12))
    pay_minor: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    by_day: Mapped[date | None] = mapped_column(Date)
    words: Mapped[str] = mapped_column(Words)

    @property
    def pay(self) -> Money | None:
        """Return what the seller's side would get of the lot's amount."""
        return None if self.pay_minor is None else Money(self.pay_minor, self.currency)


FILES_AT_MOST: Final = 10

FileIds = Annotated[tuple[str, ...], Field(max_length=FILES_AT_MOST)]
Telling = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class Command(FrozenModel):
    lot_id: str


class DispatchLot(Command):
    """The goods are on the road. `truck`: a number plate, a waybill, a container, as the trade names it."""

    truck: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]
    eta: date
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    files: FileIds = ()


class ReportArrival(Command):
    """The goods are there. `measured`: what the weighbridge says, when it is known."""

    measured: Quantity | None = None
    files: FileIds = ()


class WeighLot(Command):
    """Weight by the weighbridge, if none was reported before or a wrong one by mistake."""

    measured: Quantity
    files: FileIds = ()


class AcceptLot(Command):
    """The buyer takes the goods as they are; after a claim too. Their weight was reported before: see `WeighLot`."""


class Find(Command):
    """A finding: figures, who measured them, which sample, and the papers."""

    measured: Measured = Measured()
    measured_by: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] | None = None
    sample: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] | None = None
    files: FileIds = ()


class ClaimLot(Find):
    """Statement of what is wrong with the goods. It needs a figure or a photo; words alone open no claim.

    `pay`: what the buyer would pay for the lot; if they do not say it, the agreement's formula does.
    """

    words: Telling
    pay: Money | None = None


class ContradictClaim(Find):
    """The seller's own finding from the same delivery."""

    words: Remark = ""


class ShowWeight(Command):
    """The seller's answer to a claim by weight alone: the weight they found, with the ticket if they have one."""

    measured: Quantity
    files: FileIds = ()


class ShowLate(Find):
    """Finding of a seller who did not answer in time, with its paper. A dispute is decided by it, too."""

    words: Remark = ""


class ReportReferee(Find):
    """Finding of the agreed laboratory in the reserve sample, with its report.

    `cost`: the part of the test's cost that the buyer, who has advanced it, asks for; with its `receipts`.
    """

    words: Remark = ""
    cost: Money | None = None
    receipts: FileIds = ()


class ShowArrival(Command):
    """The seller's answer to a buyer who says that a lot never came: in words, with the waybill, or both."""

    words: Remark = ""
    files: FileIds = ()


class ProposeCut(Command):
    """Settle a claim for this much of the lot's amount."""

    pay: Money
    words: Remark = ""


class ProposeReplacement(Command):
    """Settle a claim by sending the lot again, until this day."""

    by_day: date
    words: Remark = ""
