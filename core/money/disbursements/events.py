"""Events about disbursements. Amounts are in the subject's currency."""

from __future__ import annotations

from datetime import datetime

from core.kernel.events import Event
from core.kernel.money import Money
from core.money.disbursements.model import DisbursementKind
from core.money.model import SubjectKind


class DisbursementFact(Event):
    """`subject`: the deal, the session or the purchase that it belongs to; `subject_kind` says which of these."""

    subject_kind: SubjectKind
    subject: str


class PayoutWaiting(DisbursementFact):
    """Money waits for a seller who cannot receive it yet. `why`: "no_account" or what the provider said."""

    organisation_id: str
    amount: Money
    why: str


class PayoutKept(DisbursementFact):
    """A payout waits because its payment can still be called back by the buyer's bank."""

    organisation_id: str
    amount: Money
    until: datetime


class DisbursementPutOff(DisbursementFact):
    """The provider did not make a payout or refund: it is tried again."""


class DisbursementRefused(DisbursementFact):
    """The provider refuses a disbursement, or a bank has sent it back. It is announced once, because retries follow.

    `organisation_id`: the organisation that waits for the money; None for a reversal.
    """

    disbursement_id: str
    kind: DisbursementKind
    organisation_id: str | None
    amount: Money
    why: str
