"""What a deal is: its frozen terms, who signed, and the process it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, Table
from core.kernel.money import Money
from core.kernel.process import PROVIDER, SYSTEM, TIME, InProcess, Process, Transition
from core.trade.offers.model import Terms

Side = Literal["buyer", "seller"]

# Who settles a deal: the two choose ("choice", held unless both want otherwise), always "held", or always "direct".
Settlement = Literal["choice", "held", "direct"]


@dataclass(frozen=True, slots=True)
class PlatformTerms:
    """On what the market lets deals be made from now on; each deal keeps what it was made on.

    `commission_bp`: our share of what is released, in basis points. `settlement`: who settles deals in the currencies
    that can be `held` (None: any); all others are settled between the two, for the provider would change such money
    into another currency, of which no seller could be paid what was agreed.
    """

    commission_bp: int
    settlement: Settlement = "choice"
    held: frozenset[str] | None = None

    def settled_by(self, currency: str) -> Settlement:
        return self.settlement if self.held is None or currency in self.held else "direct"


# Of the house's own conditions, signed together with the deal's terms: what the two do not agree on themselves, as the
# formula's figures, deadlines, and what silence and time decide. Whoever changes their meaning after a release counts
# on by one, and writes their text (`core/trade/deals/conditions`); a deal keeps the version on which it was made.
TERMS_VERSION: Final = 2
COMMISSION_BP: Final = 250  # of what is released to a seller, where the settings name no other
SIGN_WITHIN: Final = timedelta(days=3)
APPROVE_WITHIN: Final = timedelta(days=5)  # a company's approvers may be away over a weekend
APPROVE_AT_LEAST: Final = timedelta(days=1)  # of goods that are delivered at once
FUND_WITHIN: Final = timedelta(days=5)  # a bank transfer over a weekend
ANSWER_CANCEL_WITHIN: Final = timedelta(days=3)
OVERDUE_AFTER: Final = timedelta(days=14)  # the delivery window is over, and something is still not there
CONFIRM_MONEY_WITHIN: Final = timedelta(days=30)  # a deal paid directly that nobody says is paid
DIRECT_ENDS_AFTER: Final = timedelta(days=30)  # a deal paid directly, after its delivery window
ESCALATE_AFTER: Final = timedelta(days=7)
FINAL_RULE_AFTER: Final = timedelta(days=60)
MONEY_SLOW_AFTER: Final = timedelta(days=1)
RETRY_AFTER: Final = timedelta(days=1)

CALLED_BACK: Final = "chargeback"  # why a deal is frozen whose money the buyer's bank has called back
IN_DOUBT: Final = "in_doubt"  # why a deal is frozen whose money does not add up

PARTIES = frozenset({"buyer", "seller"})
BUYER = frozenset({"buyer"})
SELLER = frozenset({"seller"})
OTHER = frozenset({"other"})  # the side that did not ask to cancel
APPROVER = frozenset({"approver"})  # somebody of the buyer's company who may sign what a colleague may not alone
INVITED = frozenset({"invited"})  # the side that did not ask to be paid directly
OPERATOR = frozenset({"operator"})

DEAL: Final = Process(
    name="deal",
    initial="agreed",
    final=frozenset({"closed", "completed", "cancelled"}),
    transitions=(
        Transition("agreed", "sign", PARTIES, "agreed"),
        Transition("agreed", "both_signed", SYSTEM, "awaiting_funding"),
        Transition("agreed", "approval_needed", SYSTEM, "awaiting_approval"),  # above what the buyer's signer may alone
        Transition("agreed", "unsign", PARTIES, "closed"),
        Transition("agreed", "sign_expired", TIME, "closed", SIGN_WITHIN, PARTIES),
        Transition("awaiting_approval", "approve", APPROVER, "awaiting_funding"),
        Transition("awaiting_approval", "refuse", APPROVER, "closed"),
        Transition("awaiting_approval", "approval_expired", TIME, "closed", APPROVE_WITHIN, APPROVER),
        Transition("awaiting_funding", "money_in", PROVIDER, "awaiting_funding"),
        Transition("awaiting_funding", "money_complete", PROVIDER, "funded"),
        Transition("awaiting_funding", "settles_directly", SYSTEM, "funded_direct"),  # this market holds no money
        Transition("awaiting_funding", "direct_asked", PARTIES, "awaiting_funding"),
        Transition("awaiting_funding", "direct_agreed", INVITED, "funded_direct"),
        Transition("awaiting_funding", "direct_wanted", BUYER, "awaiting_funding"),  # above what they may alone
        Transition("awaiting_funding", "direct_refused", INVITED | APPROVER, "awaiting_funding"),
        Transition("awaiting_funding", "cancel", PARTIES, "unwinding"),
        Transition("awaiting_funding", "funding_expired", TIME, "unwinding", FUND_WITHIN, BUYER),
        # Paid without us: nothing is held, and what is agreed is all the two have.
        Transition("funded_direct", "buyer_says_paid", BUYER, "funded_direct"),  # their word: nothing is booked by it
        Transition("funded_direct", "seller_confirms_money", SELLER, "in_delivery_direct"),
        Transition("funded_direct", "cancel_asked", PARTIES, "funded_direct"),
        Transition("funded_direct", "cancel_agreed", OTHER, "closed"),
        Transition("funded_direct", "cancel_refused", OTHER, "funded_direct"),
        Transition("funded_direct", "idle", TIME, "closed", CONFIRM_MONEY_WITHIN, SELLER),
        Transition("in_delivery_direct", "all_lots_closed", SYSTEM, "completed"),
        Transition("in_delivery_direct", "undelivered", SYSTEM, "closed"),  # paid, and no lot of it ever came
        Transition("in_delivery_direct", "idle", TIME, "completed"),  # the delivery's end and DIRECT_ENDS_AFTER
        Transition("funded", "all_lots_closed", SYSTEM, "settling"),
        Transition("funded", "cancel_asked", PARTIES, "cancel_asked"),
        Transition("funded", "delivery_overdue", TIME, "disputed"),  # the delivery's end and OVERDUE_AFTER
        Transition("funded", "freeze", OPERATOR, "disputed"),
        Transition("cancel_asked", "cancel_agreed", OTHER, "unwinding"),
        Transition("cancel_asked", "cancel_refused", OTHER, "funded"),
        Transition("cancel_asked", "cancel_silent", TIME, "funded", ANSWER_CANCEL_WITHIN, OTHER),
        Transition("cancel_asked", "delivery_overdue", TIME, "disputed"),  # as before: asking puts it off by nothing
        Transition("cancel_asked", "all_lots_closed", SYSTEM, "settling"),
        Transition("cancel_asked", "freeze", OPERATOR, "disputed"),
        Transition("disputed", "resume", OPERATOR, "funded"),
        Transition("disputed", "resolve", SYSTEM, "settling"),  # a ruling that nobody appeals against any more
        Transition("disputed", "settle_together", SYSTEM, "settling"),  # one proposed shares, the other took them
        Transition("disputed", "all_lots_closed", SYSTEM, "settling"),
        Transition("disputed", "escalate", TIME, "disputed", ESCALATE_AFTER),
        Transition("disputed", "final_rule", TIME, "settling", FINAL_RULE_AFTER),
        # Goods on their way cannot be called back: the deal goes on with them alone.
        Transition("unwinding", "lots_run_on", SYSTEM, "funded"),
        Transition("unwinding", "refunded", SYSTEM, "cancelled"),
        Transition("unwinding", "refund_failed", PROVIDER, "refund_blocked"),
        Transition("unwinding", "refund_slow", TIME, "refund_blocked", MONEY_SLOW_AFTER),
        Transition("refund_blocked", "refunded", SYSTEM, "cancelled"),
        Transition("refund_blocked", "retry", TIME, "unwinding", RETRY_AFTER),
        Transition("settling", "paid_out", SYSTEM, "completed"),
        Transition("settling", "payout_failed", PROVIDER, "payout_blocked"),
        Transition("settling", "payout_slow", TIME, "payout_blocked", MONEY_SLOW_AFTER),
        Transition("payout_blocked", "paid_out", SYSTEM, "completed"),
        Transition("payout_blocked", "retry", TIME, "settling", RETRY_AFTER),
    ),
)

# What ends a deal before both are bound by it.
NEVER_COUNTED: Final = frozenset({"unsign", "sign_expired", "refuse", "approval_expired"})

# Leaving here takes money or goods from somebody: whoever presses it is asked once more.
ASKS_FIRST: Final = frozenset(
    {
        "unsign",
        "refuse",
        "cancel",
        "cancel_asked",
        "cancel_agreed",
        "direct_asked",
        "direct_agreed",
        "buyer_says_paid",
        "seller_confirms_money",
    }
)


class NoteOrder(BaseModel):
    """What the buyer's book-keeping calls a deal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    purchase_order: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    cost_centre: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""


class Deal(InProcess, Table):
    """Two organisations' agreement, made of an accepted offer on a listing, or of a quote on a request.

    Its terms never change after it was made, and no more do `buyer_name` and `seller_name`: what the two were called
    then, as it stands in what they sign. Of a company that has left it is empty.
    """

    __tablename__ = "deal"

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
    terms_version: Mapped[int] = mapped_column(Integer)  # of the house's conditions on which it was made
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
    direct_wanted_by: Mapped[str | None] = mapped_column(Id)  # person of the buyer's company, which has not answered
    buyer_paid_at: Mapped[datetime | None] = mapped_column(Instant)  # paid directly, as the buyer says
    frozen: Mapped[str | None] = mapped_column(String(20))  # why no money of it moves: CALLED_BACK or IN_DOUBT
    also_frozen: Mapped[str | None] = mapped_column(String(20))  # the other of the two, which came later
    ended_by: Mapped[str | None] = mapped_column(String(40))  # the event that ended it early

    __table_args__ = (
        CheckConstraint("buyer <> seller", name="two_parties"),
        CheckConstraint("(offer_id IS NULL) <> (quote_id IS NULL)", name="of_an_offer_or_a_quote"),
        CheckConstraint("amount_minor > 0", name="costs_something"),
    )

    @property
    def called_back(self) -> bool:
        """Whether the buyer's bank has called money of it back, and has not decided yet."""
        return CALLED_BACK in (self.frozen, self.also_frozen)

    @property
    def direct(self) -> bool:
        """Whether the two settle it without us: nothing of it is held, released or given back here."""
        return self.settlement == "direct"

    @property
    def terms(self) -> Terms:
        return Terms.read(self.terms_json)

    @property
    def amount(self) -> Money:
        """What the buyer pays for the whole."""
        return Money(self.amount_minor, self.currency)
