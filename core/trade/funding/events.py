"""What happens to a deal's money, as facts for whoever listens. Amounts are in the deal's currency."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event
from core.kernel.money import Money
from core.trade.funding.model import EffectKind, SubjectKind


@dataclass(frozen=True, slots=True)
class PaymentLinkReady(Event):
    """The buyer can pay: the payment has its address now."""

    deal_id: str
    payment_id: str


@dataclass(frozen=True, slots=True)
class PaymentLapsed(Event):
    """The link is no longer good; the buyer may ask for another while the deal waits."""

    deal_id: str
    payment_id: str


@dataclass(frozen=True, slots=True)
class PaymentReceived(Event):
    """All that was asked for is held: the deal's whole amount, or that of its `tranche` by number."""

    deal_id: str
    payment_id: str
    amount: Money
    tranche: int


@dataclass(frozen=True, slots=True)
class PaymentPartReceived(Event):
    """`amount` has come, which is not all: so much is `held` now, and so much is still `missing`."""

    deal_id: str
    payment_id: str
    amount: Money
    held: Money
    missing: Money


@dataclass(frozen=True, slots=True)
class TrancheAwaited(Event):
    """The next part of the deal's money is to be paid; the first one too, where it was not asked for at once."""

    deal_id: str
    number: int
    amount: Money


@dataclass(frozen=True, slots=True)
class TrancheLapsed(Event):
    """A part of the deal's money did not come in time: its lots are dropped."""

    deal_id: str
    number: int
    amount: Money


@dataclass(frozen=True, slots=True)
class PaymentReturned(Event):
    """Money came that the deal has no use for; all of it goes back. `why`: "wrong_currency" or "too_late"."""

    deal_id: str
    payment_id: str
    amount: Money
    why: str


@dataclass(frozen=True, slots=True)
class LotReleased(Event):
    """A lot's money was parted: `net` to the seller, `fee` to the market, `back` to the buyer."""

    lot_id: str
    deal_id: str
    net: Money
    fee: Money
    back: Money


@dataclass(frozen=True, slots=True)
class PayoutWaiting(Event):
    """Money waits for a seller who cannot receive it yet. `why`: "no_account" or what the provider said."""

    organisation_id: str
    deal_id: str
    amount: Money
    why: str


@dataclass(frozen=True, slots=True)
class PayoutSent(Event):
    """Money is on its way to the seller."""

    organisation_id: str
    deal_id: str
    lot_id: str | None
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundSent(Event):
    """Money is on its way back to the buyer. `why`: "too_much" when they had paid more than was asked."""

    deal_id: str
    amount: Money
    why: str = ""


@dataclass(frozen=True, slots=True)
class EffectRefused(Event):
    """The provider will not send something, or a bank has sent it back: said once of each, for it is tried again.

    `subject`: the deal, the session or the purchase that it belongs to. `organisation_id`: whose money it is; nobody's
    who waits for it, where it is taken back.
    """

    subject_kind: SubjectKind
    subject: str
    effect_id: str
    kind: EffectKind
    organisation_id: str | None
    amount: Money
    why: str


@dataclass(frozen=True, slots=True)
class AccountRefused(Event):
    """The provider will not open an account for a seller. `person`: who has asked for it."""

    organisation_id: str
    person: str
    why: str


@dataclass(frozen=True, slots=True)
class OnboardingLinkReady(Event):
    """The page where a seller says where their money goes. It works once and for minutes."""

    organisation_id: str
    person: str
    url: str


@dataclass(frozen=True, slots=True)
class PayeeReady(Event):
    """A seller can receive money from now on."""

    organisation_id: str


@dataclass(frozen=True, slots=True)
class CreditKept(Event):
    """The buyer has paid more than was asked: the rest is theirs, and offered back."""

    organisation_id: str
    deal_id: str
    credit_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class CreditSpent(Event):
    """So much of what the buyer had paid too much has gone into a later payment of theirs."""

    organisation_id: str
    deal_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class RecallFact(Event):
    """Something about money that a bank calls back. `subject`: the deal, the session or the purchase it was paid for.

    `subject_kind` says which of these; each slice does for its own what follows.
    """

    subject_kind: SubjectKind
    subject: str


@dataclass(frozen=True, slots=True)
class ChargebackFact(RecallFact):
    chargeback_id: str


@dataclass(frozen=True, slots=True)
class ChargebackOpened(ChargebackFact):
    """The payer's bank has taken back `amount`, or asks about it (nothing). `reason` as the bank says."""

    seller: str  # organisation
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True)
class ChargebackTaken(ChargebackFact):
    """The money has left our balance; whom it was taken from in the books stands in the row."""


@dataclass(frozen=True, slots=True)
class ChargebackClaimed(ChargebackFact):
    """`amount` of what the bank took has been released already: the seller owes it until the bank gives it back."""

    organisation_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class EvidenceSent(ChargebackFact):
    """Our answer is with the payer's bank: what was agreed and what happened, from our records."""


@dataclass(frozen=True, slots=True)
class EvidenceRefused(ChargebackFact):
    """The provider did not take our answer; it is tried again, and a person should look at it."""

    why: str


@dataclass(frozen=True, slots=True)
class PayoutSetOff(RecallFact):
    """`amount` of a payout was kept for what the seller owes; `net` of it is sent."""

    organisation_id: str
    amount: Money
    net: Money


@dataclass(frozen=True, slots=True)
class ChargebackServed(ChargebackFact):
    """`amount` of it was kept of a payout of the seller's in another deal, `payout_of`; `left` is still owed."""

    organisation_id: str
    payout_of: str
    amount: Money
    left: Money


@dataclass(frozen=True, slots=True)
class ChargebackMadeGood(ChargebackFact):
    """The seller owes nothing of it any more. `organisation_id`: the seller."""

    organisation_id: str


@dataclass(frozen=True, slots=True)
class ChargebackClosed(ChargebackFact):
    """The bank has decided. `why`: "won" (the money is back), "turned" (it is, against an earlier word), or "lost"."""

    seller: str  # organisation
    amount: Money
    why: str

    @property
    def won(self) -> bool:
        """Whether the money is back."""
        return self.why != "lost"


@dataclass(frozen=True, slots=True)
class ChargebackWrittenOff(ChargebackFact):
    """Nobody has made it good in time: it is our loss, and nobody is asked any more."""


@dataclass(frozen=True, slots=True)
class ChargebackThawed(RecallFact):
    """No bank holds its money any more: it moves again."""


@dataclass(frozen=True, slots=True)
class AccountAwaited(Event):
    """Money has waited for days for a seller or consultant who has not said where it should go."""

    organisation_id: str
    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class PayeeRestricted(Event):
    """A seller who could receive money cannot any more. `missing`: what the provider wants to know, by its names."""

    organisation_id: str
    missing: tuple[str, ...]
