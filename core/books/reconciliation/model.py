"""Tables of reconciliation: the provider's lines, how far they were read, and the differences."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, OneOf, Table, Versioned, Words
from core.kernel.money import MoneyOf

# Start of the next reading before the end of the last: late lines have appeared by then. News is read every few
# minutes.
READ_AGAIN: Final = {"movements": timedelta(days=3), "news": timedelta(minutes=30)}
FIRST_READING: Final = timedelta(days=30)  # for a market that has never read before


class Reading(Versioned, Table):
    """The time up to which one kind of the provider's data was read ("movements", "news")."""

    __tablename__ = "provider_reading"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    until: Mapped[datetime] = mapped_column(Instant)


class ProviderLine(Versioned, Table):
    """One line of the provider's books about our balance. `explained`: the row of ours that it belongs to.

    Amounts are as the provider counts them: `amount` less `fee` has moved on our balance.
    """

    __tablename__ = "provider_line"

    ref: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    amount_minor: Mapped[int] = mapped_column(Minor)
    fee_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    source: Mapped[str | None] = mapped_column(String(120), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    explained: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (
        Index(
            "ix_provider_line_open",
            "at",
            sqlite_where=text("explained IS NULL"),
            postgresql_where=text("explained IS NULL"),
        ),
    )

    amount = MoneyOf()
    fee = MoneyOf()


class ReturnedRefund(Table):
    """A refund that did not arrive. The provider's books list it twice, and our row has another one by then.

    `row`: the name of our row in the comparison with the provider's books ("effect:…", "session:…", "sold:…").
    """

    __tablename__ = "returned_refund"

    ref: Mapped[str] = mapped_column(String(120), primary_key=True)  # the provider's id of it
    row: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(Id)  # the deal, the session or the purchase
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime] = mapped_column(Instant)

    amount = MoneyOf()


class DifferenceKind(StrEnum):
    BALANCE = "balance"  # our books and the provider's balance are not the same
    LINE = "line"  # the provider has moved money that we do not know of, or another amount
    UNKNOWN = "unknown"  # something was asked for a day ago, and its result is unknown


class Difference(Versioned, Table):
    """A disagreement about money. It stays open until it is resolved; it cannot be closed by hand."""

    __tablename__ = "money_difference"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[DifferenceKind] = mapped_column(OneOf(DifferenceKind))
    subject: Mapped[str] = mapped_column(String(120))  # a currency, a line or a disbursement
    detail: Mapped[str] = mapped_column(Words)
    nights: Mapped[int] = mapped_column("seen", Integer, default=1)  # counts nights
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        # One open case per subject, however often it is found.
        Index(
            "uq_money_difference_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
