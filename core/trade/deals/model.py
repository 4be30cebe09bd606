"""Deals: their frozen terms, the signatures, and the process."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import StringConstraints
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, OneOf, Table
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import MoneyOf
from core.kernel.process import PROVIDER, SYSTEM, TIME, InProcess, Process, Transition
from core.trade.deals.commission import Settlement
from core.trade.offers.model import Terms

Side = Literal["buyer", "seller"]

# Version of the market's own conditions, signed together with the deal's terms. They hold what the two do not agree on
# themselves: the formula's figures, deadlines, and what silence and time decide. A change of their meaning after a
# release adds one, and a text (`core/trade/deals/conditions`). A deal keeps the version on which it was made.
TERMS_VERSION: Final = 3
SIGN_WITHIN: Final = timedelta(days=3)
APPROVE_WITHIN: Final = timedelta(days=5)  # a company's approvers may be away over a weekend
APPROVE_AT_LEAST: Final = timedelta(days=1)  # for goods that are delivered at once
FUND_WITHIN: Final = timedelta(days=5)  # a bank transfer over a weekend
ANSWER_CANCEL_WITHIN: Final = timedelta(days=3)
OVERDUE_AFTER: Final = timedelta(days=14)  # the delivery window is over, and something is still not there
CONFIRM_MONEY_WITHIN: Final = timedelta(days=30)  # a deal paid directly that neither side says is paid
DIRECT_ENDS_AFTER: Final = timedelta(days=30)  # a deal paid directly, after its delivery window
ESCALATE_AFTER: Final = timedelta(days=7)
FINAL_RULE_AFTER: Final = timedelta(days=60)
MONEY_SLOW_AFTER: Final = timedelta(days=1)
RETRY_AFTER: Final = timedelta(days=1)

CHARGEBACK_FREEZE: Final = "chargeback"  # why a deal is frozen if the buyer's bank has called its money back
UNBALANCED: Final = "in_doubt"  # why a deal is frozen if its money does not add up

PARTIES = frozenset({"buyer", "seller"})
BUYER = frozenset({"buyer"})
SELLER = frozenset({"seller"})
OTHER = frozenset({"other"})  # the side that did not ask to cancel
APPROVER = frozenset({"approver"})  # a member of the buyer's company who may sign what a colleague may not alone
INVITED = frozenset({"invited"})  # the side that did not ask to be paid directly
OPERATOR = frozenset({"operator"})


class DealState(StrEnum):
    AGREED = "agreed"
    AWAITING_FUNDING = "awaiting_funding"
    AWAITING_APPROVAL = "awaiting_approval"
    CLOSED = "closed"
    FUNDED = "funded"
    FUNDED_DIRECT = "funded_direct"
    UNWINDING = "unwinding"
    IN_DELIVERY_DIRECT = "in_delivery_direct"
    COMPLETED = "completed"
    SETTLING = "settling"
    CANCEL_ASKED = "cancel_asked"
    DISPUTED = "disputed"
    CANCELLED = "cancelled"
    REFUND_BLOCKED = "refund_blocked"
    PAYOUT_BLOCKED = "payout_blocked"


DEAL: Final = Process(
    name="deal",
    initial=DealState.AGREED,
    final=frozenset({DealState.CLOSED, DealState.COMPLETED, DealState.CANCELLED}),
    transitions=(
        Transition(DealState.AGREED, "sign", PARTIES, DealState.AGREED),
        Transition(DealState.AGREED, "both_signed", SYSTEM, DealState.AWAITING_FUNDING),
        # Above what the buyer's signer may alone.
        Transition(DealState.AGREED, "approval_needed", SYSTEM, DealState.AWAITING_APPROVAL),
        Transition(DealState.AGREED, "unsign", PARTIES, DealState.CLOSED),
        Transition(DealState.AGREED, "sign_expired", TIME, DealState.CLOSED, SIGN_WITHIN, PARTIES),
        Transition(DealState.AWAITING_APPROVAL, "approve", APPROVER, DealState.AWAITING_FUNDING),
        Transition(DealState.AWAITING_APPROVAL, "refuse", APPROVER, DealState.CLOSED),
        Transition(DealState.AWAITING_APPROVAL, "approval_expired", TIME, DealState.CLOSED, APPROVE_WITHIN, APPROVER),
        Transition(DealState.AWAITING_FUNDING, "money_in", PROVIDER, DealState.AWAITING_FUNDING),
        Transition(DealState.AWAITING_FUNDING, "money_complete", PROVIDER, DealState.FUNDED),
        # This market holds no money.
        Transition(DealState.AWAITING_FUNDING, "settles_directly", SYSTEM, DealState.FUNDED_DIRECT),
        Transition(DealState.AWAITING_FUNDING, "direct_asked", PARTIES, DealState.AWAITING_FUNDING),
        Transition(DealState.AWAITING_FUNDING, "direct_agreed", INVITED, DealState.FUNDED_DIRECT),
        # Above what the member may sign alone.
        Transition(DealState.AWAITING_FUNDING, "direct_wanted", BUYER, DealState.AWAITING_FUNDING),
        Transition(DealState.AWAITING_FUNDING, "direct_refused", INVITED | APPROVER, DealState.AWAITING_FUNDING),
        Transition(DealState.AWAITING_FUNDING, "cancel", PARTIES, DealState.UNWINDING),
        Transition(DealState.AWAITING_FUNDING, "funding_expired", TIME, DealState.UNWINDING, FUND_WITHIN, BUYER),
        # Paid without us: nothing is held, and what is agreed is all the two have.
        # Their word: nothing is booked by it.
        Transition(DealState.FUNDED_DIRECT, "buyer_says_paid", BUYER, DealState.FUNDED_DIRECT),
        Transition(DealState.FUNDED_DIRECT, "seller_confirms_money", SELLER, DealState.IN_DELIVERY_DIRECT),
        Transition(DealState.FUNDED_DIRECT, "cancel_asked", PARTIES, DealState.FUNDED_DIRECT),
        Transition(DealState.FUNDED_DIRECT, "cancel_agreed", OTHER, DealState.CLOSED),
        Transition(DealState.FUNDED_DIRECT, "cancel_refused", OTHER, DealState.FUNDED_DIRECT),
        Transition(DealState.FUNDED_DIRECT, "idle", TIME, DealState.CLOSED, CONFIRM_MONEY_WITHIN, SELLER),
        Transition(DealState.IN_DELIVERY_DIRECT, "all_lots_closed", SYSTEM, DealState.COMPLETED),
        # Paid, and no lot of it ever came.
        Transition(DealState.IN_DELIVERY_DIRECT, "undelivered", SYSTEM, DealState.CLOSED),
        # The delivery's end and DIRECT_ENDS_AFTER.
        Transition(DealState.IN_DELIVERY_DIRECT, "idle", TIME, DealState.COMPLETED),
        Transition(DealState.FUNDED, "all_lots_closed", SYSTEM, DealState.SETTLING),
        Transition(DealState.FUNDED, "cancel_asked", PARTIES, DealState.CANCEL_ASKED),
        # The delivery's end and OVERDUE_AFTER.
        Transition(DealState.FUNDED, "delivery_overdue", TIME, DealState.DISPUTED),
        Transition(DealState.FUNDED, "freeze", OPERATOR, DealState.DISPUTED),
        Transition(DealState.CANCEL_ASKED, "cancel_agreed", OTHER, DealState.UNWINDING),
        Transition(DealState.CANCEL_ASKED, "cancel_refused", OTHER, DealState.FUNDED),
        Transition(DealState.CANCEL_ASKED, "cancel_silent", TIME, DealState.FUNDED, ANSWER_CANCEL_WITHIN, OTHER),
        # As before: the request postpones nothing.
        Transition(DealState.CANCEL_ASKED, "delivery_overdue", TIME, DealState.DISPUTED),
        Transition(DealState.CANCEL_ASKED, "all_lots_closed", SYSTEM, DealState.SETTLING),
        Transition(DealState.CANCEL_ASKED, "freeze", OPERATOR, DealState.DISPUTED),
        Transition(DealState.DISPUTED, "resume", OPERATOR, DealState.FUNDED),
        # A ruling that is no longer appealed.
        Transition(DealState.DISPUTED, "resolve", SYSTEM, DealState.SETTLING),
        # One proposed shares, the other took them.
        Transition(DealState.DISPUTED, "settle_together", SYSTEM, DealState.SETTLING),
        Transition(DealState.DISPUTED, "all_lots_closed", SYSTEM, DealState.SETTLING),
        Transition(DealState.DISPUTED, "escalate", TIME, DealState.DISPUTED, ESCALATE_AFTER),
        Transition(DealState.DISPUTED, "final_rule", TIME, DealState.SETTLING, FINAL_RULE_AFTER),
        # Goods on their way cannot be called back: the deal goes on with them alone.
        Transition(DealState.UNWINDING, "lots_run_on", SYSTEM, DealState.FUNDED),
        Transition(DealState.UNWINDING, "refunded", SYSTEM, DealState.CANCELLED),
        Transition(DealState.UNWINDING, "refund_failed", PROVIDER, DealState.REFUND_BLOCKED),
        Transition(DealState.UNWINDING, "refund_slow", TIME, DealState.REFUND_BLOCKED, MONEY_SLOW_AFTER),
        Transition(DealState.REFUND_BLOCKED, "refunded", SYSTEM, DealState.CANCELLED),
        Transition(DealState.REFUND_BLOCKED, "retry", TIME, DealState.UNWINDING, RETRY_AFTER),
        Transition(DealState.SETTLING, "paid_out", SYSTEM, DealState.COMPLETED),
        Transition(DealState.SETTLING, "payout_failed", PROVIDER, DealState.PAYOUT_BLOCKED),
        Transition(DealState.SETTLING, "payout_slow", TIME, DealState.PAYOUT_BLOCKED, MONEY_SLOW_AFTER),
        Transition(DealState.PAYOUT_BLOCKED, "paid_out", SYSTEM, DealState.COMPLETED),
        Transition(DealState.PAYOUT_BLOCKED, "retry", TIME, DealState.SETTLING, RETRY_AFTER),
    ),
    binds=frozenset(
        {
            "sign",
            "unsign",
            "approve",
            "refuse",
            "cancel",
            "cancel_asked",
            "cancel_agreed",
            "direct_asked",
            "direct_agreed",
            "direct_wanted",
            "buyer_says_paid",
            "seller_confirms_money",
            "freeze",
        }
    ),
)

# Events that end a deal before both are bound by it.
NEVER_COUNTED: Final = frozenset({"unsign", "sign_expired", "refuse", "approval_expired"})


class NoteOrder(FrozenModel):
    """Reference of a deal in the buyer's book-keeping."""

    purchase_order: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    cost_centre: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""


class Deal(InProcess[DealState], Table):
    """Two organisations' agreement, made of an accepted offer on a listing, or of a quote on a request.

    Its terms never change after it was made. Neither do `buyer_name` and `seller_name`: the names of the two at that
    time, as they stand in what they sign. The name of a company that has left is empty.
    """

    __tablename__ = "deal"

    state: Mapped[DealState] = mapped_column(OneOf(DealState), index=True)
    ref: Mapped[str] = mapped_column(String(8), unique=True)  # what people read out and type
    listing_id: Mapped[str | None] = mapped_column(ForeignKey("listing.id"), index=True)
    offer_id: Mapped[str | None] = mapped_column(ForeignKey("offer.id"), unique=True)
    quote_id: Mapped[str | None] = mapped_column(ForeignKey("quote.id"), unique=True)
    buyer: Mapped[str] = mapped_column(Id, index=True)  # organisation
    seller: Mapped[str] = mapped_column(Id, index=True)  # organisation
    buyer_name: Mapped[str] = mapped_column(String(120))
    seller_name: Mapped[str] = mapped_column(String(120))
    terms_json: Mapped[dict[str, Any]] = mapped_column("terms", JSON)
    terms_hash: Mapped[str] = mapped_column(String(64))
    terms_version: Mapped[int] = mapped_column(Integer)  # version of the market's conditions on which it was made
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    commission_bp: Mapped[int] = mapped_column(Integer)
    settlement: Mapped[Settlement] = mapped_column(String(6), default="choice")
    agreed_at: Mapped[datetime] = mapped_column(Instant)
    buyer_signed_by: Mapped[str | None] = mapped_column(Id)  # person
    buyer_signed_at: Mapped[datetime | None] = mapped_column(Instant)
    seller_signed_by: Mapped[str | None] = mapped_column(Id)  # person
    seller_signed_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Id)  # person of the buyer's company who approved or refused
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    purchase_order: Mapped[str | None] = mapped_column(String(60))  # the buyer's own number, for their book-keeping
    cost_centre: Mapped[str | None] = mapped_column(String(60))
    funded_at: Mapped[datetime | None] = mapped_column(Instant)
    cancel_asked_by: Mapped[Side | None] = mapped_column(String(6))
    direct_asked_by: Mapped[Side | None] = mapped_column(String(6))
    # person of the buyer's company, which has not answered
    direct_requested_by: Mapped[str | None] = mapped_column("direct_wanted_by", Id)
    buyer_paid_at: Mapped[datetime | None] = mapped_column(Instant)  # paid directly, as the buyer says
    frozen: Mapped[str | None] = mapped_column(String(20))  # why no money of it moves: CHARGEBACK_FREEZE or UNBALANCED
    also_frozen: Mapped[str | None] = mapped_column(String(20))  # the other of the two, which came later
    ended_by: Mapped[str | None] = mapped_column(String(40))  # the event that ended it early

    __table_args__ = (
        CheckConstraint("buyer <> seller", name="two_parties"),
        CheckConstraint("(offer_id IS NULL) <> (quote_id IS NULL)", name="of_an_offer_or_a_quote"),
        CheckConstraint("amount_minor > 0", name="costs_something"),
    )

    @property
    def has_chargeback(self) -> bool:
        """Return whether the buyer's bank has called back money of it, and has not decided yet."""
        return CHARGEBACK_FREEZE in (self.frozen, self.also_frozen)

    @property
    def direct(self) -> bool:
        """Return whether the two settle it without us: nothing of it is held, released or given back here."""
        return self.settlement == "direct"

    @property
    def terms(self) -> Terms:
        return Terms.read(self.terms_json)

    amount = MoneyOf()  # what the buyer pays for the whole
