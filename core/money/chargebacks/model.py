"""The process of a chargeback, and its table: which accounts bear the money that the bank took."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, OneOf, Table
from core.kernel.money import Money, MoneyOf
from core.kernel.process import PROVIDER, SYSTEM, TIME, InProcess, Process, Transition
from core.money.model import SubjectKind

CHARGEBACK_SILENT: Final = timedelta(days=180)  # no scheme takes longer; a bank that never answers has won
WRITE_OFF_AFTER: Final = timedelta(days=90)  # how long we try to collect it from the seller


class ChargebackState(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    RECOVERED = "recovered"
    WRITTEN_OFF = "written_off"


# The process of a chargeback. It is never a state of the deal: a deal that is complete stays complete.
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
        # The bank may still decide for us after everything is settled: the party that bore the loss gets it back.
        Transition(ChargebackState.RECOVERED, "won", PROVIDER, ChargebackState.WON),
        Transition(ChargebackState.WRITTEN_OFF, "won", PROVIDER, ChargebackState.WON),
    ),
)
# States in which the bank has kept the money, and may still reverse its decision.
LOST: Final = (ChargebackState.LOST, ChargebackState.RECOVERED, ChargebackState.WRITTEN_OFF)
OWING: Final = (ChargebackState.OPEN, ChargebackState.LOST)  # states in which the claim on the seller is open


class Chargeback(InProcess[ChargebackState], Table):
    """A payment that the payer's bank has taken back, and the accounts that bear it in the books.

    `amount` = `from_escrow` + `from_commission` + `claimed` + `from_loss`.

    `recovered`: the part of `claimed` that is settled. `from_refunds`: the part of `recovered` taken from refunds that
    were waiting.

    `from_commission`: what we had earned by the payment; all of it if we are the seller. `from_escrow` of our own sale:
    the refund that was waiting and was not sent.

    `from_loss`: what the payer has received twice, because it was refunded before the bank took it.
    """

    __tablename__ = "chargeback"

    state: Mapped[ChargebackState] = mapped_column(OneOf(ChargebackState), index=True)
    ref: Mapped[str] = mapped_column(String(120), unique=True)  # the provider's id of the dispute (`withdrawal_ref`)
    subject_kind: Mapped[SubjectKind] = mapped_column("matter", OneOf(SubjectKind))
    subject: Mapped[str] = mapped_column(Id, index=True)  # the deal, the session or the purchase
    payment_id: Mapped[str] = mapped_column(Id, index=True)  # our row of the payment, in the slice that took it
    seller: Mapped[str] = mapped_column(Id, index=True)  # organisation; `MARKET` for our own sales
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

    amount = MoneyOf()
    from_escrow = MoneyOf()
    from_commission = MoneyOf()
    recovered = MoneyOf()  # the part of the claim on the seller that is settled
    from_refunds = MoneyOf()  # the part of `recovered` that was a waiting refund; the payer's bank has paid it already
    from_loss = MoneyOf()

    @property
    def outstanding(self) -> Money:
        """Return what the seller still owes of the claim."""
        return Money(self.claimed_minor - self.recovered_minor, self.currency)

    @property
    def sellers_loss(self) -> Money:
        """Return the seller's loss if the bank keeps the money: what was claimed, less what we have written off."""
        return Money(self.claimed_minor - self.from_refunds_minor, self.currency) - self._written_off

    @property
    def our_loss(self) -> Money:
        """Return our loss if the bank keeps the money: our fee, a double payment, and what we have written off."""
        return self.from_commission + self.from_loss + self._written_off

    @property
    def _written_off(self) -> Money:
        return self.outstanding if self.state is ChargebackState.WRITTEN_OFF else Money.zero(self.currency)
