"""The rails and their properties, buyers at the provider, their choices, and the rail of each payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, OneOf, Table, Versioned, Words


class Rail(StrEnum):
    CARD = "card"
    BANK_TRANSFER = "bank_transfer"
    SEPA_DEBIT = "sepa_debit"
    STABLECOIN = "stablecoin"


@dataclass(frozen=True, slots=True)
class RailFacts:
    """The properties of a rail. `currencies`: those it supports, None for all.

    `recall`: how long the payer can take the money back without a reason. Each rail carries as much as one payment can.
    """

    currencies: frozenset[str] | None = None
    chargeback_within: timedelta | None = None


# EPC 016-06, SEPA Core Direct Debit Rulebook 4.3.4: eight weeks without a reason.
DEBIT_CHARGEBACK: Final = timedelta(weeks=8)
# A debit that the banks are working on: most take six working days, fourteen days see the last of them.
SETTLES_WITHIN: Final = timedelta(days=14)
# What a buyer may have outstanding in debits that were passed on before their eight weeks were over, minor units.
MOST_TRUST: Final = 2_000_000

FACTS: Final[Mapping[Rail, RailFacts]] = {
    # Pounds would need a sort code and an account number, which the market does not give out.
    Rail.BANK_TRANSFER: RailFacts(frozenset({"EUR"})),
    Rail.CARD: RailFacts(),
    Rail.SEPA_DEBIT: RailFacts(frozenset({"EUR"}), DEBIT_CHARGEBACK),
    Rail.STABLECOIN: RailFacts(frozenset({"USD", "EUR"})),
}


class Payer(Versioned, Table):
    """A buyer at the provider: their bank transfers come to an account number of their own."""

    __tablename__ = "payer"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    ref: Mapped[str] = mapped_column(String(120), unique=True)
    known_since: Mapped[datetime] = mapped_column(Instant)


class RailChoice(Versioned, Table):
    """The rail that the buyer has chosen for a deal."""

    __tablename__ = "rail_choice"

    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    rail: Mapped[Rail] = mapped_column(OneOf(Rail))
    chosen_by: Mapped[str] = mapped_column(Id)  # person
    chosen_at: Mapped[datetime] = mapped_column(Instant)


class PaymentWay(Versioned, Table):
    """The rail of one payment, when all of it had come, and the account that a bank transfer goes to.

    `settling`: the payer has done their part, and the money is on its way. `over`: the provider says that nothing can
    come by it any more. Until then it is looked at, whatever the state of the deal.
    """

    __tablename__ = "payment_way"

    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"), primary_key=True)
    rail: Mapped[Rail] = mapped_column(OneOf(Rail))
    settling: Mapped[bool] = mapped_column(Boolean, default=False)
    over: Mapped[bool] = mapped_column(Boolean, default=False, index=True)
    came_at: Mapped[datetime | None] = mapped_column(Instant)
    iban: Mapped[str | None] = mapped_column(String(40))
    bic: Mapped[str | None] = mapped_column(String(12))
    holder: Mapped[str | None] = mapped_column(Words)
    reference: Mapped[str | None] = mapped_column(String(60))
