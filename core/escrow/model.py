"""What the market remembers of a deal's money outside: payments asked for, sellers' accounts, payouts and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Id, Instant, Minor, OneOf, Table, Versioned, Words
from core.kernel.money import Money

# Stripe Checkout lives from 30 minutes to 24 hours; both with a margin for the way there.
SHORTEST_LINK: Final = timedelta(minutes=35)
LONGEST_LINK: Final = timedelta(hours=23)
TRY_AGAIN_AFTER: Final = timedelta(days=1)  # a payout or refund that the provider put off
TRY_REFUSED_AGAIN_AFTER: Final = timedelta(days=7)  # one refused for good: no deal waits for a person for ever


class PaymentState(StrEnum):
    """asked → open → received; or lapsed (too late), closed (not wanted any more), returned (came, and goes back)."""

    ASKED = "asked"
    OPEN = "open"
    RECEIVED = "received"
    LAPSED = "lapsed"
    CLOSED = "closed"
    RETURNED = "returned"


class EffectKind(StrEnum):
    TRANSFER = "transfer"
    REFUND = "refund"


class EffectState(StrEnum):
    """waiting (nobody was asked yet) → asked → done; or refused, until somebody or time sends it again.

    A refund that was done is refused after all when the buyer's bank sends it back.
    """

    WAITING = "waiting"
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class Payment(Versioned, Table):
    """One checkout for a deal's whole amount. A deal has another one when the first has lapsed."""

    __tablename__ = "payment"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"))
    number: Mapped[int] = mapped_column(Integer)  # from 1, within the deal
    state: Mapped[PaymentState] = mapped_column(OneOf(PaymentState))
    amount_minor: Mapped[int] = mapped_column(Minor)
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
        return Money(self.amount_minor, self.currency)


class Payee(Versioned, Table):
    """A seller as the provider knows them. `ready`: can receive transfers."""

    __tablename__ = "payee"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    account_ref: Mapped[str | None] = mapped_column(String(120), unique=True)
    ready: Mapped[bool] = mapped_column(Boolean, default=False)
    asked_by: Mapped[str] = mapped_column(Id)  # person, who gets the link
    asked_at: Mapped[datetime] = mapped_column(Instant)


class Effect(Versioned, Table):
    """One payout or refund. The key makes it exist once; `attempt` counts up when a refused one is sent again.

    `provider_ref`: what was booked last, or has failed last.
    """

    __tablename__ = "effect"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[EffectKind] = mapped_column(OneOf(EffectKind))
    state: Mapped[EffectState] = mapped_column(OneOf(EffectState), index=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"), index=True)
    lot_id: Mapped[str | None] = mapped_column(ForeignKey("lot.id"))
    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"))  # where the money came from
    payee: Mapped[str | None] = mapped_column(Id, index=True)  # organisation; none for a refund
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    provider_ref: Mapped[str | None] = mapped_column(String(120))
    why: Mapped[str | None] = mapped_column(Words)
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (CheckConstraint("amount_minor > 0", name="moves_something"),)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


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
