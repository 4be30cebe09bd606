"""Disbursements: their kinds, their process, and their table."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, OneOf, Table, Versioned, Words
from core.kernel.money import MoneyOf
from core.kernel.process import PROVIDER, SYSTEM, TIME, Process, Transition
from core.money.model import SubjectKind

RETRY_AFTER: Final = timedelta(days=1)  # after the provider has put it off or refused it
TRY_AGAIN: Final = "try_again"  # the timer's event of a retry
SET_OFF: Final = "set_off"  # the timer's event of a set-off against what its payee owes
MOST_REFUSALS: Final = 3  # final refusals of a refund; after that it is paid out to an account that the payer names
MOST_ATTEMPTS: Final = 30  # to have Stars refunded; after that they are kept for the buyer

FROZEN: Final = "chargeback"  # why it waits while a chargeback is open
RECALLABLE: Final = "recallable"  # why it waits while the payer's bank may still take the debit back
NO_ACCOUNT: Final = "no_account"  # the reason that is announced while a payout waits for its payee's account


class DisbursementKind(StrEnum):
    PAYOUT = "payout"
    REFUND = "refund"
    REVERSAL = "reversal"  # a payout that is taken back from the seller's account


class DisbursementState(StrEnum):
    """A refund that was done is asked for again when the payer's bank sends it back.

    Kept: the platform does not give these Stars back, so they pay for what their buyer buys next.
    """

    WAITING = "waiting"
    ASKED = "asked"
    REFUSED = "refused"
    DONE = "done"
    KEPT = "kept"


State = DisbursementState
UNSENT: Final = (State.WAITING, State.REFUSED)
OVER: Final = (State.DONE, State.KEPT)

DISBURSEMENT: Final = Process(
    name="disbursement",
    initial=State.WAITING,
    final=frozenset(OVER),
    transitions=(
        Transition(State.WAITING, TRY_AGAIN, SYSTEM | TIME, State.ASKED, RETRY_AFTER),
        # stopped, put aside for an account, or changed to another kind
        Transition(State.WAITING, "wait", SYSTEM, State.WAITING),
        Transition(State.WAITING, "succeed", PROVIDER, State.DONE),  # reported late
        Transition(State.WAITING, "keep", SYSTEM, State.KEPT),
        Transition(State.ASKED, "succeed", PROVIDER, State.DONE),
        Transition(State.ASKED, "put_off", PROVIDER, State.WAITING),
        Transition(State.ASKED, "refuse", PROVIDER, State.REFUSED),
        Transition(State.ASKED, "wait", SYSTEM, State.WAITING),
        Transition(State.ASKED, "keep", SYSTEM, State.KEPT),
        Transition(State.REFUSED, TRY_AGAIN, SYSTEM | TIME, State.ASKED, RETRY_AFTER),
        Transition(State.REFUSED, "wait", SYSTEM, State.WAITING),
        Transition(State.REFUSED, "succeed", PROVIDER, State.DONE),
        Transition(State.REFUSED, "keep", SYSTEM, State.KEPT),
        Transition(State.DONE, "return", PROVIDER, State.ASKED),  # the payer's bank has sent it back
    ),
)

# The kind of the outbox message, and the prefix of its idempotency key.
POSTED_AS: Final = {
    DisbursementKind.PAYOUT: "transfer",
    DisbursementKind.REFUND: "refund",
    DisbursementKind.REVERSAL: "reversal",
}
# The prefix of a row's name in the comparison with the provider's books.
ROW_NAMES: Final = {SubjectKind.DEAL: "effect", SubjectKind.SESSION: "session", SubjectKind.PURCHASE: "sold"}


class Disbursement(Versioned, Table):
    """Money that leaves the books for a subject, out of one of its payments. A reversal brings some of it back.

    - `key` makes it unique; `attempt` counts up when it is sent again.
    - `provider_ref`: the provider's object that was booked last or failed last.
    - `beside`: from the buyer's balance, because of a transfer outside the payment or an unclaimed refund.
    - `credit_id`: the buyer's credit that is refunded, if any.
    """

    __tablename__ = "disbursement"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[DisbursementKind] = mapped_column(OneOf(DisbursementKind))
    state: Mapped[DisbursementState] = mapped_column(OneOf(DisbursementState), index=True)
    subject_kind: Mapped[SubjectKind] = mapped_column(OneOf(SubjectKind))
    subject: Mapped[str] = mapped_column(Id)  # the deal, the session or the purchase
    payment_id: Mapped[str] = mapped_column(Id, index=True)  # where the money came from, in the slice that took it
    lot_id: Mapped[str | None] = mapped_column(Id, index=True)  # the delivery that is paid out, for a deal
    payee: Mapped[str | None] = mapped_column(Id, index=True)  # organisation; none for a refund
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)  # None: nothing of it can have left
    refusals: Mapped[int] = mapped_column(Integer, default=0)  # counts final ones only
    provider_ref: Mapped[str | None] = mapped_column(String(120), index=True)
    failed: Mapped[list[str]] = mapped_column(JSON, default=list)  # its failed refunds, by the provider's ids
    why: Mapped[str | None] = mapped_column(Words)
    chargeback_id: Mapped[str | None] = mapped_column(ForeignKey("chargeback.id"))  # for a reversal, and for its return
    reverses: Mapped[str | None] = mapped_column(String(120))  # the provider's id of the transfer that is taken back
    beside: Mapped[bool] = mapped_column(Boolean, default=False)
    credit_id: Mapped[str | None] = mapped_column(Id)
    made_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="disburses_something"),
        Index("ix_disbursement_subject", "subject", "subject_kind", "payment_id"),
    )

    amount = MoneyOf()

    @property
    def row_name(self) -> str:
        """Return the name of this row in the comparison with the provider's books."""
        return f"{ROW_NAMES[self.subject_kind]}:{self.id}"

    @property
    def entry(self) -> str:
        """Return the prefix of the keys of its ledger entries."""
        return f"{self.subject_kind}:{self.subject}:{self.key}"

    @property
    def turn_entry(self) -> str:
        """Return the same for entries that turn it into a payout or back. A deal's key may be reused, its id not."""
        return f"deal:{self.subject}:{self.id}" if self.subject_kind is SubjectKind.DEAL else self.entry
