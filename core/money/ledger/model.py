"""Tables of the ledger: entries, their postings, the balance of each account, and the chain over all entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, String, event, text
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, Table
from core.money.ledger.accounts import Leg
from core.money.ledger.triggers import create_guards

# A transfer moves money; a hold only reserves it, and is ended by exactly one of the other three.
EntryKind = Literal["transfer", "hold", "post", "void", "expire"]
# Posted money has moved. Pending money is reserved where it is; released money is reserved no more.
Phase = Literal["posted", "pending", "released"]

HOLD: Final = "hold"  # the kind of timer with which a hold ends by itself


@dataclass(frozen=True, slots=True)
class Movement:
    """Request to the books under one natural key ("deal:…:funded"), carried out once.

    `resolves`: the hold that a post, void or expiry ends. `expires_at`: when a hold ends by itself.
    """

    key: str
    memo: str
    legs: tuple[Leg, ...]
    deal: str | None = None
    kind: EntryKind = "transfer"
    resolves: str | None = None
    expires_at: datetime | None = None


class Entry(Table):
    """Something that happened to money, once. The row is also the stored answer of its key."""

    __tablename__ = "ledger_entry"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[EntryKind] = mapped_column(String(8))
    deal_id: Mapped[str | None] = mapped_column(Id, index=True)
    memo: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Instant)
    digest: Mapped[str] = mapped_column(String(64))  # sha256 of the request under this key
    resolves: Mapped[str | None] = mapped_column(ForeignKey("ledger_entry.id"))
    expires_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("kind IN ('transfer', 'hold', 'post', 'void', 'expire')", name="known_kind"),
        CheckConstraint("(resolves IS NULL) = (kind IN ('transfer', 'hold'))", name="ends_a_hold"),
        CheckConstraint("expires_at IS NULL OR kind = 'hold'", name="only_holds_expire"),
        # A hold is ended once, by the first that comes; and few entries end any.
        Index(
            "uq_ledger_entry_resolves",
            "resolves",
            unique=True,
            sqlite_where=text("resolves IS NOT NULL"),
            postgresql_where=text("resolves IS NOT NULL"),
        ),
    )


class Posting(Table):
    """One leg of an entry. Written before its entry, which seals it: see `guards`."""

    __tablename__ = "ledger_posting"

    entry_id: Mapped[str] = mapped_column(
        ForeignKey("ledger_entry.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    account: Mapped[str] = mapped_column(String(60))
    amount: Mapped[int] = mapped_column(Minor)  # debit above zero, credit below
    currency: Mapped[str] = mapped_column(String(3))
    phase: Mapped[Phase] = mapped_column(String(8))

    __table_args__ = (
        CheckConstraint("amount <> 0", name="moves_something"),
        CheckConstraint("phase IN ('posted', 'pending', 'released')", name="known_phase"),
        {"sqlite_with_rowid": False},  # kept by its key, once: not as a row and an index beside it
    )


class Sides:
    """Both sides of an account, moved and reserved. Columns of a balance and of what is still to be added to one."""

    debits: Mapped[int] = mapped_column(Minor)
    credits: Mapped[int] = mapped_column(Minor)
    pending_debits: Mapped[int] = mapped_column(Minor)
    pending_credits: Mapped[int] = mapped_column(Minor)


class Balance(Sides, Table):
    """One account. The database itself updates it with every posting, so history need not be added up."""

    __tablename__ = "ledger_balance"

    account: Mapped[str] = mapped_column(String(60), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    grows: Mapped[str] = mapped_column(String(6))  # "debit" or "credit"
    guarded: Mapped[bool] = mapped_column(Boolean)  # what is reserved counts as gone

    __table_args__ = (
        CheckConstraint(
            "debits >= 0 AND credits >= 0 AND pending_debits >= 0 AND pending_credits >= 0", name="sides_only_grow"
        ),
        CheckConstraint(
            "NOT guarded OR (grows = 'credit' AND debits + pending_debits <= credits)"
            " OR (grows = 'debit' AND credits + pending_credits <= debits)",
            name="never_overdrawn",
        ),
        {"sqlite_with_rowid": False},
    )


class Delta(Sides, Table):
    """Amount that one posting adds to a hot account, until it is rolled up into the balance (PostgreSQL only)."""

    __tablename__ = "ledger_delta"

    entry_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    account: Mapped[str] = mapped_column(String(60), index=True)
    currency: Mapped[str] = mapped_column(String(3))


class Link(Table):
    """One entry's place in the chain: `digest` covers the entry, its postings and the link before."""

    __tablename__ = "ledger_link"

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    entry_id: Mapped[str] = mapped_column(Id, unique=True)
    digest: Mapped[str] = mapped_column(String(64))


class Unlinked(Table):
    """An entry that is not chained yet. Written by the database with the entry, so that none is forgotten."""

    __tablename__ = "ledger_unlinked"

    entry_id: Mapped[str] = mapped_column(Id, primary_key=True)

    __table_args__ = ({"sqlite_with_rowid": False},)


event.listen(Table.metadata, "after_create", create_guards)
