"""Events about chargebacks."""

from __future__ import annotations

from core.kernel.events import Event
from core.kernel.money import Money
from core.money.model import SubjectKind


class SubjectFact(Event):
    """A change to money that a bank takes back. `subject`: the deal, the session or the purchase it was paid for.

    `subject_kind` says which of these; each slice reacts for its own subjects.
    """

    subject_kind: SubjectKind
    subject: str


class ChargebackFact(SubjectFact):
    chargeback_id: str


class ChargebackOpened(ChargebackFact):
    """The payer's bank has taken back `amount`, or only inquires (zero). `reason`: as the bank says."""

    seller: str  # organisation
    amount: Money
    reason: str


class ChargebackBooked(ChargebackFact):
    """The money has left our balance. The row says from which accounts it was taken in the books."""


class ChargebackClaimed(ChargebackFact):
    """`amount` of what the bank took has been released already: the seller owes it until the bank gives it back."""

    organisation_id: str
    amount: Money


class PayoutSetOff(SubjectFact):
    """`amount` of a payout was kept for what the seller owes; `net` of it is sent."""

    organisation_id: str
    amount: Money
    net: Money


class ChargebackServed(ChargebackFact):
    """`amount` of the claim was kept from the seller's payout in another deal, `payout_of`; `left` is still owed."""

    organisation_id: str
    payout_of: str
    amount: Money
    left: Money


class ChargebackMadeGood(ChargebackFact):
    """The seller owes nothing of the claim any more. `organisation_id`: the seller."""

    organisation_id: str


class ChargebackClosed(ChargebackFact):
    """The bank has decided. `why`: "won" (the money is back), "turned" (back after a loss), or "lost".

    `loss`: the seller's part of a lost `amount`, and of one that is turned.
    """

    seller: str  # organisation
    amount: Money
    why: str
    loss: Money

    @property
    def won(self) -> bool:
        """Return whether the money is back."""
        return self.why != "lost"


class ChargebackWrittenOff(ChargebackFact):
    """The seller has not repaid it in time: it is our loss, and the claim is closed."""


class ChargebackThawed(SubjectFact):
    """No bank holds the subject's money any more, so it moves again."""


class EvidenceSent(ChargebackFact):
    """Our answer is with the payer's bank: what was agreed and what happened, from our records."""


class EvidenceRefused(ChargebackFact):
    """The provider did not take our answer. It is tried again, and an operator should look at it."""

    why: str
