"""What the books consist of: accounts by name, entries, their postings, and the balance of each account."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String, event
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Id, Instant, Minor, Table
from core.kernel.money import Money
from core.ledger.guards import create_guards

PROVIDER: Final = "provider"  # what the payment provider holds for us
PROVIDER_FEES: Final = "provider_fees"  # what it has kept for its work
COMMISSION: Final = "commission"  # what the market has earned
# Accounts of these kinds hold other people's money: they can be empty, never overdrawn.
OWED: Final = ("escrow", "payable", "refund_due")


def escrow(deal_id: str) -> str:
    """The buyer's money held for one deal."""
    return f"escrow:{deal_id}"


def payable(organisation_id: str) -> str:
    """Released to a seller, not yet sent."""
    return f"payable:{organisation_id}"


def refund_due(deal_id: str) -> str:
    """To go back to the buyer of one deal, not yet sent."""
    return f"refund_due:{deal_id}"


class Leg(NamedTuple):
    """One side of an entry. Debits are positive, credits negative: the legs of an entry add up to nothing."""

    account: str
    amount: Money


def debit(account: str, amount: Money) -> Leg:
    """More that we have or have spent, less that we owe."""
    return Leg(account, amount)


def credit(account: str, amount: Money) -> Leg:
    """More that we owe or have earned, less that we have."""
    return Leg(account, -amount)


class Entry(Table):
    """Something that happened to money, once. `key` is its natural name ("deal:…:funded")."""

    __tablename__ = "ledger_entry"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    deal_id: Mapped[str | None] = mapped_column(Id, index=True)
    memo: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Instant)
    digest: Mapped[str] = mapped_column(String(64))  # sha256 of what was asked for under this key


class Posting(Table):
    """One leg of an entry. Written before its entry, which seals it: see `guards`."""

    __tablename__ = "ledger_posting"

    entry_id: Mapped[str] = mapped_column(
        ForeignKey("ledger_entry.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    account: Mapped[str] = mapped_column(String(60), index=True)
    amount: Mapped[int] = mapped_column(Minor)  # debit above zero, credit below
    currency: Mapped[str] = mapped_column(String(3))

    __table_args__ = (CheckConstraint("amount <> 0", name="moves_something"),)


class Balance(Table):
    """Both sides of one account, kept with every posting so that nobody has to add up history."""

    __tablename__ = "ledger_balance"

    account: Mapped[str] = mapped_column(String(60), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    owed: Mapped[bool] = mapped_column(Boolean)
    debits: Mapped[int] = mapped_column(Minor)
    credits: Mapped[int] = mapped_column(Minor)

    __table_args__ = (
        CheckConstraint("debits >= 0 AND credits >= 0", name="sides_only_grow"),
        CheckConstraint("NOT owed OR debits <= credits", name="never_overdrawn"),
    )


event.listen(Posting.__table__, "after_create", create_guards)
