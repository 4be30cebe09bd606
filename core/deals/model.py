"""What a deal is: its frozen terms, who signed, and the process it goes through."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Id, Instant, Minor, Table
from core.kernel.money import Money
from core.kernel.process import InProcess, Process, Transition
from core.offers.model import Terms

Side = Literal["buyer", "seller"]

TERMS_VERSION: Final = 1  # of the house's own conditions; signed together with the deal's terms
SIGN_WITHIN: Final = timedelta(days=3)
FUND_WITHIN: Final = timedelta(days=5)  # a bank transfer over a weekend
ANSWER_CANCEL_WITHIN: Final = timedelta(days=3)

PARTIES = frozenset({"buyer", "seller"})
OTHER = frozenset({"other"})  # the side that did not ask to cancel
SYSTEM = frozenset({"system"})
TIME = frozenset({"time"})

DEAL: Final = Process(
    name="deal",
    initial="agreed",
    final=frozenset({"closed", "completed", "cancelled"}),
    transitions=(
        Transition("agreed", "sign", PARTIES, "agreed"),
        Transition("agreed", "both_signed", SYSTEM, "awaiting_funding"),
        Transition("agreed", "unsign", PARTIES, "closed"),
        Transition("agreed", "sign_expired", TIME, "closed", SIGN_WITHIN),
        Transition("awaiting_funding", "money_complete", frozenset({"provider"}), "funded"),
        Transition("awaiting_funding", "cancel", PARTIES, "unwinding"),
        Transition("awaiting_funding", "funding_expired", TIME, "unwinding", FUND_WITHIN),
        Transition("funded", "all_lots_closed", SYSTEM, "settling"),
        Transition("funded", "cancel_asked", PARTIES, "cancel_asked"),
        Transition("cancel_asked", "cancel_agreed", OTHER, "unwinding"),
        Transition("cancel_asked", "cancel_refused", OTHER, "funded"),
        Transition("cancel_asked", "cancel_silent", TIME, "funded", ANSWER_CANCEL_WITHIN),
        Transition("cancel_asked", "all_lots_closed", SYSTEM, "settling"),
        # Goods on their way cannot be called back: the deal goes on with them alone.
        Transition("unwinding", "lots_run_on", SYSTEM, "funded"),
        Transition("unwinding", "refunded", SYSTEM, "cancelled"),
        Transition("settling", "paid_out", SYSTEM, "completed"),
    ),
)


class Deal(InProcess, Table):
    """Two organisations' agreement. Its terms never change after it was made."""

    __tablename__ = "deal"

    ref: Mapped[str] = mapped_column(String(8), unique=True)  # what people read out and type
    listing_id: Mapped[str] = mapped_column(ForeignKey("listing.id"), index=True)
    offer_id: Mapped[str] = mapped_column(ForeignKey("offer.id"), unique=True)
    buyer: Mapped[str] = mapped_column(Id, index=True)  # organisation
    seller: Mapped[str] = mapped_column(Id, index=True)  # organisation
    terms_json: Mapped[dict[str, Any]] = mapped_column("terms", JSON)
    terms_hash: Mapped[str] = mapped_column(String(64))
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    commission_bp: Mapped[int] = mapped_column(Integer)
    agreed_at: Mapped[datetime] = mapped_column(Instant)
    buyer_signed_by: Mapped[str | None] = mapped_column(Id)  # person
    buyer_signed_at: Mapped[datetime | None] = mapped_column(Instant)
    seller_signed_by: Mapped[str | None] = mapped_column(Id)  # person
    seller_signed_at: Mapped[datetime | None] = mapped_column(Instant)
    funded_at: Mapped[datetime | None] = mapped_column(Instant)
    cancel_asked_by: Mapped[Side | None] = mapped_column(String(6))
    ended_by: Mapped[str | None] = mapped_column(String(40))  # the event that ended it early

    __table_args__ = (
        CheckConstraint("buyer <> seller", name="two_parties"),
        CheckConstraint("amount_minor > 0", name="costs_something"),
    )

    @property
    def terms(self) -> Terms:
        return Terms.read(self.terms_json)

    @property
    def amount(self) -> Money:
        """What the buyer pays for the whole."""
        return Money(self.amount_minor, self.currency)
