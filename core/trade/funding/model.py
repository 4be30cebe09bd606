"""What the market remembers of a deal's money outside: payments asked for, sellers' accounts, payouts and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, OneOf, Table, Versioned, Words
from core.kernel.money import Money
from core.kernel.process import PROVIDER, SYSTEM, TIME, InProcess, Process, Transition
from core.trade.deals.model import FUND_WITHIN
from core.trade.delivery.model import INSPECT_WITHIN, LATE_LIMIT, OVERDUE_AFTER

# A page for paying lives from 30 minutes to 24 hours; both with a margin for the way there.
SHORTEST_LINK: Final = timedelta(minutes=35)
LONGEST_LINK: Final = timedelta(hours=23)
TRY_AGAIN_AFTER: Final = timedelta(days=1)  # a payout or refund that the provider put off
ACCOUNT_AWAITED: Final = timedelta(days=3)  # by money of somebody who has none: they are asked again, and again
TRY_REFUSED_AGAIN_AFTER: Final = timedelta(days=7)  # one refused for good: no deal waits for a person for ever
EFFECT: Final = "effect"  # the kind of the timers of what leaves a deal
MOST_REFUSALS: Final = 3  # of a refund, for good; after that it is paid out to an account that the payer names
# Manual payouts: money that came from a buyer has to be paid out within 90 days (manual payouts, EU).
HOLD_LIMIT: Final = timedelta(days=90)
RELEASED_AFTER: Final = OVERDUE_AFTER + LATE_LIMIT + INSPECT_WITHIN  # a lot's window: late, then looked at
FUND_AHEAD: Final = timedelta(days=10)  # before a later part's window: time for a bank transfer over a weekend
CREDIT_KEPT: Final = timedelta(days=30)  # what was paid too much goes back by itself after that
CHARGEBACK_SILENT: Final = timedelta(days=180)  # no scheme takes longer; a bank that never answers has won
WRITE_OFF_AFTER: Final = timedelta(days=90)  # of trying to get it back from the seller
MARKET: Final = "market"  # the seller of what we sell ourselves: nobody to claim from

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
        # The bank's money has gone into a later payment of theirs.
        Transition(CreditState.KEPT, "spend", PROVIDER, CreditState.SPENT),
        Transition(CreditState.KEPT, "kept_long", TIME, CreditState.GIVEN_BACK, CREDIT_KEPT),
    ),
)


class ChargebackState(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    RECOVERED = "recovered"
    WRITTEN_OFF = "written_off"


# What a buyer's bank takes back. It is never a state of the deal: a deal that is complete stays complete.
CHARGEBACK: Final = Process(
    name="chargeback",
    initial=ChargebackState.OPEN,
    final=frozenset({ChargebackState.WON, ChargebackState.RECOVERED, ChargebackState.WRITTEN_OFF}),
    transitions=(
        Transition(ChargebackState.OPEN, "won", PROVIDER, ChargebackState.WON),
        Transition(ChargebackState.OPEN, "lost", PROVIDER, ChargebackState.LOST),
        Transition(ChargebackState.OPEN, "bank_silent", TIME, ChargebackState.LOST, CHARGEBACK_SILENT),
        Transition(ChargebackState.LOST, "won", PROVIDER, ChargebackState.WON),  # an appeal
        Transition(ChargebackState.LOST, "made_good", SYSTEM, ChargebackState.RECOVERED),
        Transition(ChargebackState.LOST, "write_off", TIME, ChargebackState.WRITTEN_OFF, WRITE_OFF_AFTER),
        # Told of when all was settled: whoever bore it has it back.
        Transition(ChargebackState.RECOVERED, "won", PROVIDER, ChargebackState.WON),
        Transition(ChargebackState.WRITTEN_OFF, "won", PROVIDER, ChargebackState.WON),
    ),
)
# States in which the bank has kept it, and may still turn.
LOST: Final = (ChargebackState.LOST, ChargebackState.RECOVERED, ChargebackState.WRITTEN_OFF)


class SubjectKind(StrEnum):
    """What a payment that a bank calls back was for."""

    DEAL = "deal"
    SESSION = "session"
    PURCHASE = "purchase"


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


class EffectKind(StrEnum):
    TRANSFER = "transfer"
    REFUND = "refund"
    REVERSAL = "reversal"  # a transfer, taken back from the seller's account


class EffectState(StrEnum):
    """waiting (nobody was asked yet) → asked → done; or refused, until somebody or time sends it again.

    A refund that was done is refused after all when the buyer's bank sends it back.
    """

    WAITING = "waiting"
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class Payment(Versioned, Table):
    """One checkout for what a tranche still misses. There is another one when the first has lapsed.

    `received_minor`: all that has ever come by it; `surplus_minor`: the part of that which the deal had no use for;
    `beside_minor`: the part that was transferred beside it, and that the provider does not count as this payment's.
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

    @property
    def amount(self) -> Money:
        """What was asked for."""
        return Money(self.amount_minor, self.currency)

    @property
    def received(self) -> Money:
        """All that has come by it so far."""
        return Money(self.received_minor, self.currency)

    @property
    def counted(self) -> Money:
        """What the provider says has come by it so far, as far as we have heard."""
        return Money(self.received_minor - self.beside_minor, self.currency)

    @property
    def held(self) -> Money:
        """What of it the deal has taken."""
        return Money(self.received_minor - self.surplus_minor, self.currency)

    @property
    def missing(self) -> Money:
        """What is still to come of what was asked for."""
        return Money(max(self.amount_minor - self.counted.minor, 0), self.currency)


class Tranche(InProcess[TrancheState], Table):
    """A run of a deal's lots that is paid for at once: small enough for one payment, short enough to hold."""

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

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def held(self) -> Money:
        """What has come of it."""
        return Money(self.held_minor, self.currency)

    @property
    def missing(self) -> Money:
        """What is still to come."""
        return self.amount - self.held


class Credit(InProcess[CreditState], Table):
    """What a buyer has paid too much. It counts towards their next transfer, is offered back, and goes back by itself.

    `amount_minor`: what is left of it. `beside`: it never came by the payment, but was transferred beside it, and
    stands in the buyer's balance at the provider.
    """

    __tablename__ = "buyer_credit"

    state: Mapped[CreditState] = mapped_column(OneOf(CreditState), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"), index=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"))
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    beside: Mapped[bool] = mapped_column(Boolean, default=False)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Chargeback(InProcess[ChargebackState], Table):
    """A payment that the payer's bank has taken back, and where that money was taken from in the books.

    `amount` = `from_escrow` + `from_commission` + `claimed` + `from_loss`; of what is claimed from the seller,
    `recovered` has come, `from_refunds` of that out of what waited to go back to the payer. `from_commission`: what we
    had earned by it, all of it where we have sold the thing ourselves. `from_loss`: what the payer has twice, for it
    had gone back to them before the bank took it, and no seller has had it.
    """

    __tablename__ = "chargeback"

    state: Mapped[ChargebackState] = mapped_column(OneOf(ChargebackState), index=True)
    ref: Mapped[str] = mapped_column(String(120), unique=True)  # the provider's name of the dispute (`taken_as`)
    subject_kind: Mapped[SubjectKind] = mapped_column(OneOf(SubjectKind))
    subject: Mapped[str] = mapped_column(Id, index=True)  # the deal, the session or the purchase
    payment_id: Mapped[str] = mapped_column(Id, index=True)  # our row of the payment, in the slice that took it
    seller: Mapped[str] = mapped_column(Id, index=True)  # organisation; `MARKET` where we have sold it
    reason: Mapped[str] = mapped_column(String(60))
    amount_minor: Mapped[int] = mapped_column(Minor)
    fee_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    from_escrow_minor: Mapped[int] = mapped_column(Minor, default=0)
    from_commission_minor: Mapped[int] = mapped_column(Minor, default=0)
    from_loss_minor: Mapped[int] = mapped_column(Minor, default=0)
    claimed_minor: Mapped[int] = mapped_column(Minor, default=0)
    recovered_minor: Mapped[int] = mapped_column(Minor, default=0)
    from_refunds_minor: Mapped[int] = mapped_column(Minor, default=0)
    evidence_due: Mapped[datetime | None] = mapped_column(Instant)
    opened_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def recovered(self) -> Money:
        """What has come of what was claimed from the seller."""
        return Money(self.recovered_minor, self.currency)

    @property
    def from_refunds(self) -> Money:
        """What of that had waited to go back to the payer, whose bank has given it already."""
        return Money(self.from_refunds_minor, self.currency)

    @property
    def from_loss(self) -> Money:
        return Money(self.from_loss_minor, self.currency)

    @property
    def outstanding(self) -> Money:
        """What the seller still owes of it."""
        return Money(self.claimed_minor - self.recovered_minor, self.currency)


class Payee(Versioned, Table):
    """A seller as the provider knows them. `ready`: can receive transfers; `missing`: what it wants to know of them.

    `closed`: their account is no more, and the next one takes its place.
    """

    __tablename__ = "payee"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    account_ref: Mapped[str | None] = mapped_column(String(120), unique=True)
    ready: Mapped[bool] = mapped_column(Boolean, default=False)
    was_ready: Mapped[bool] = mapped_column(Boolean, default=False)
    closed: Mapped[bool] = mapped_column(Boolean, default=False)
    missing: Mapped[list[str]] = mapped_column(JSON, default=list)
    asked_by: Mapped[str] = mapped_column(Id)  # person, who gets the link
    asked_at: Mapped[datetime] = mapped_column(Instant)


class Leaving(Versioned):
    """Money that leaves the books: a payout, a refund or a reversal, of a deal or of a session.

    The key makes it exist once; `attempt` counts up when a refused one is sent again. `provider_ref`: what was booked
    last, or has failed last.
    """

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[EffectKind] = mapped_column(OneOf(EffectKind))
    state: Mapped[EffectState] = mapped_column(OneOf(EffectState), index=True)
    payee: Mapped[str | None] = mapped_column(Id, index=True)  # organisation; none for a refund
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)  # none: nothing of it can have left
    refusals: Mapped[int] = mapped_column(Integer, default=0)  # that were final
    provider_ref: Mapped[str | None] = mapped_column(String(120))
    failed: Mapped[list[str]] = mapped_column(JSON, default=list)  # refunds of it, by the provider's names
    why: Mapped[str | None] = mapped_column(Words)
    chargeback_id: Mapped[str | None] = mapped_column(ForeignKey("chargeback.id"))  # of a reversal, and of its return
    reverses: Mapped[str | None] = mapped_column(String(120))  # the provider's name of the transfer taken back

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Effect(Leaving, Table):
    """One payout, refund or reversal of a deal.

    `beside`: a refund of what stands in the buyer's balance at the provider: it was transferred beside its payment, or
    was sent by it and claimed by nobody. `credit_id`: what the buyer had paid too much, where it is a refund of that.
    """

    __tablename__ = "effect"

    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"), index=True)
    lot_id: Mapped[str | None] = mapped_column(ForeignKey("lot.id"))
    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"))  # where the money came from
    beside: Mapped[bool] = mapped_column(Boolean, default=False)
    credit_id: Mapped[str | None] = mapped_column(ForeignKey("buyer_credit.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (CheckConstraint("amount_minor > 0", name="moves_something"),)


class LotSettlement(Table):
    """How one lot's money was parted, once."""

    __tablename__ = "lot_settlement"

    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), primary_key=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"), index=True)
    released_minor: Mapped[int] = mapped_column(Minor)  # to the seller, the market's fee included
    fee_minor: Mapped[int] = mapped_column(Minor)
    back_minor: Mapped[int] = mapped_column(Minor)  # to the buyer
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class DealMoney:
    """Where a deal's money is. `held` + `released` + `refunded` is what was paid; `released` includes `commission`.

    `paid_out` and `paid_back` are what the provider has confirmed of it.
    """

    held: Money
    released: Money
    commission: Money
    refunded: Money
    paid_out: Money
    paid_back: Money
