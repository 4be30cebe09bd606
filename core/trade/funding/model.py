"""Tables of a deal's money: payments, tranches, credits and settlements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, OneOf, Table, Versioned, Words
from core.kernel.money import Money, MoneyOf
from core.kernel.process import PROVIDER, SYSTEM, TIME, InProcess, Process, Transition
from core.trade.deals.model import FUND_WITHIN
from core.trade.delivery.model import INSPECT_WITHIN, LATE_LIMIT, OVERDUE_AFTER

# A payment page is open from 30 minutes to 24 hours; both limits have a margin for the call.
SHORTEST_LINK: Final = timedelta(minutes=35)
LONGEST_LINK: Final = timedelta(hours=23)
# Manual payouts: money that came from a buyer has to be paid out within 90 days (manual payouts, EU).
HOLD_LIMIT: Final = timedelta(days=90)
RELEASED_AFTER: Final = OVERDUE_AFTER + LATE_LIMIT + INSPECT_WITHIN  # a lot's window: late, then looked at
FUND_AHEAD: Final = timedelta(days=10)  # before a later part's window: time for a bank transfer over a weekend
CREDIT_KEPT: Final = timedelta(days=30)  # after that an overpayment is refunded automatically

BUYER = frozenset({"buyer"})


class TrancheState(StrEnum):
    PLANNED = "planned"
    AWAITED = "awaited"
    LAPSED = "lapsed"
    FUNDED = "funded"


TRANCHE: Final = Process(
    name="tranche",
    initial=TrancheState.PLANNED,
    final=frozenset({TrancheState.FUNDED, TrancheState.LAPSED}),
    transitions=(
        # Some days before its first lot can be sent.
        Transition(TrancheState.PLANNED, "fall_due", TIME, TrancheState.AWAITED),
        Transition(TrancheState.PLANNED, "called_off", SYSTEM, TrancheState.LAPSED),
        Transition(TrancheState.AWAITED, "money_in", PROVIDER, TrancheState.AWAITED),
        Transition(TrancheState.AWAITED, "money_complete", PROVIDER, TrancheState.FUNDED),
        Transition(TrancheState.AWAITED, "called_off", SYSTEM, TrancheState.LAPSED),
        Transition(TrancheState.AWAITED, "funding_expired", TIME, TrancheState.LAPSED, FUND_WITHIN, BUYER),
    ),
)


class CreditState(StrEnum):
    KEPT = "kept"
    GIVEN_BACK = "given_back"
    SPENT = "spent"


CREDIT: Final = Process(
    name="credit",
    initial=CreditState.KEPT,
    final=frozenset({CreditState.GIVEN_BACK, CreditState.SPENT}),
    transitions=(
        Transition(CreditState.KEPT, "give_back", BUYER, CreditState.GIVEN_BACK),
        # The provider has used it for a later payment of theirs.
        Transition(CreditState.KEPT, "spend", PROVIDER, CreditState.SPENT),
        Transition(CreditState.KEPT, "kept_long", TIME, CreditState.GIVEN_BACK, CREDIT_KEPT),
    ),
    binds=frozenset({"give_back"}),
)


class PaymentState(StrEnum):
    """asked → open → received; or lapsed (too late), closed (not wanted any more), returned (came, and goes back).

    While it is open, a part of it may have come already: `received` and `missing` say how much.
    """

    ASKED = "asked"
    OPEN = "open"
    RECEIVED = "received"
    LAPSED = "lapsed"
    CLOSED = "closed"
    RETURNED = "returned"


class Payment(Versioned, Table):
    """One checkout for what a tranche still misses. There is another one when the first has lapsed.

    - `received_minor`: all that has ever come by it.
    - `surplus_minor`: the part of that which the deal had no use for.
    - `beside_minor`: the part transferred outside of it, which the provider does not count as this payment's.
    """

    __tablename__ = "payment"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"))
    tranche_id: Mapped[str] = mapped_column(ForeignKey("tranche.id"))
    number: Mapped[int] = mapped_column(Integer)  # from 1, within the deal
    state: Mapped[PaymentState] = mapped_column(OneOf(PaymentState))
    amount_minor: Mapped[int] = mapped_column(Minor)
    received_minor: Mapped[int] = mapped_column(Minor, default=0)
    surplus_minor: Mapped[int] = mapped_column(Minor, default=0)
    beside_minor: Mapped[int] = mapped_column(Minor, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    session_ref: Mapped[str | None] = mapped_column(String(120), index=True)
    url: Mapped[str | None] = mapped_column(Words)
    intent_ref: Mapped[str | None] = mapped_column(String(120), index=True)
    charge_ref: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (UniqueConstraint("deal_id", "number"),)

    amount = MoneyOf()  # the amount that was asked for
    received = MoneyOf()  # all that has come by it so far

    @property
    def counted(self) -> Money:
        """Return what has come by it so far according to the provider's reports."""
        return Money(self.received_minor - self.beside_minor, self.currency)

    @property
    def held(self) -> Money:
        """Return the part that the deal has taken."""
        return Money(self.received_minor - self.surplus_minor, self.currency)

    @property
    def missing(self) -> Money:
        """Return the part of the requested amount that is still to come."""
        return Money(max(self.amount_minor - self.counted.minor, 0), self.currency)


class Tranche(InProcess[TrancheState], Table):
    """A run of a deal's lots that one payment covers: small enough to pay, short enough to hold."""

    __tablename__ = "tranche"

    state: Mapped[TrancheState] = mapped_column(OneOf(TrancheState), index=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"))
    number: Mapped[int] = mapped_column(Integer)  # from 1, within the deal
    first_lot: Mapped[int] = mapped_column(Integer)  # lots by their numbers, both included
    last_lot: Mapped[int] = mapped_column(Integer)
    amount_minor: Mapped[int] = mapped_column(Minor)
    held_minor: Mapped[int] = mapped_column(Minor, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    due_at: Mapped[datetime] = mapped_column(Instant)  # when its money is asked for

    __table_args__ = (UniqueConstraint("deal_id", "number"),)

    amount = MoneyOf()
    held = MoneyOf()  # what has come of it

    @property
    def missing(self) -> Money:
        """Return what is still to come."""
        return self.amount - self.held


class Credit(InProcess[CreditState], Table):
    """An amount that a buyer has overpaid. It is used for their next transfer, or refunded on request or after a time.

    `amount_minor`: what is left of it. `beside`: it was transferred outside of the payment, and is in the buyer's
    balance at the provider.
    """

    __tablename__ = "buyer_credit"

    state: Mapped[CreditState] = mapped_column(OneOf(CreditState), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"), index=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"))
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    beside: Mapped[bool] = mapped_column(Boolean, default=False)

    amount = MoneyOf()


class LotSettlement(Table):
    """The split of one lot's money, made once."""

    __tablename__ = "lot_settlement"

    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), primary_key=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"), index=True)
    released_minor: Mapped[int] = mapped_column(Minor)  # to the seller, the market's fee included
    fee_minor: Mapped[int] = mapped_column(Minor)
    back_minor: Mapped[int] = mapped_column(Minor)  # to the buyer
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class DealMoney:
    """The places of a deal's money. `held` + `released` + `refunded` is what was paid; `released` includes
    `commission`.

    `paid_out` and `paid_back` are what the provider has confirmed of it.
    """

    held: Money
    released: Money
    commission: Money
    refunded: Money
    paid_out: Money
    paid_back: Money
