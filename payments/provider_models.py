"""The provider's objects in the market's own terms. They are read-only: to refresh one, fetch it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Funding:
    """Money that has come: `amount` less `fee`, which may be in the currency of our account with the provider."""

    amount: Money
    fee: Money
    intent: str
    charge: str


@dataclass(frozen=True, slots=True)
class BankDetails:
    """The destination of a bank transfer. Its account number belongs to one payer, even without `reference`."""

    iban: str
    bic: str
    holder: str
    reference: str


@dataclass(frozen=True, slots=True)
class Held:
    """Money held on a card: until `until` it can be taken, then the bank sets it free."""

    amount: Money
    until: datetime


class IntentState(StrEnum):
    """open → settling (slow) or held (a card) → paid; or cancelled. A bank transfer is open until it is whole."""

    OPEN = "open"
    SETTLING = "settling"
    HELD = "held"
    PAID = "paid"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Intent:
    """One attempt to pay. `payment` or `hold` is ours when we asked for it; `funding` once the money is there.

    `so_far`: the amount received of a bank transfer; `bank`: its destination. `card`: kept, to be charged again.
    """

    ref: str
    state: IntentState
    payment: str | None = None
    hold: str | None = None
    funding: Funding | None = None
    so_far: Money | None = None
    bank: BankDetails | None = None
    held: Held | None = None
    card: str | None = None
    why: str = ""


class CheckoutState(StrEnum):
    """open → paid, held or saved; or settling (a slow method), then paid or failed; or expired."""

    OPEN = "open"
    SETTLING = "settling"
    PAID = "paid"
    HELD = "held"
    SAVED = "saved"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A way to pay as the provider has it. `payment` or `hold` is ours when we made it; `url` while a page is open.

    A bank transfer has no page: its `intent` holds the destination and the amount received.
    """

    ref: str
    payment: str | None
    state: CheckoutState
    url: str | None
    expires_at: datetime
    hold: str | None = None
    intent: Intent | None = None
    card: str | None = None

    @property
    def funding(self) -> Funding | None:
        return self.intent.funding if self.intent is not None else None


class RefundState(StrEnum):
    """The state of a refund, which may take days and still fail, or wait for the payer's account details (`unclaimed`).

    A failed refund is with us again; an unclaimed one was put into the buyer's balance.
    """

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNCLAIMED = "unclaimed"


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as the provider has it. `disbursement_id` is ours when we asked for it."""

    ref: str
    disbursement_id: str | None
    state: RefundState
    why: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A seller's account at the provider. `ready`: it can receive transfers; `missing`: data still to be given."""

    ref: str
    ready: bool
    missing: tuple[str, ...] = ()
    closed: bool = False


class DisputeState(StrEnum):
    """The state of a dispute: an inquiry (no money taken), or open (the money is gone), answered, won, lost."""

    ASKED = "asked"
    OPEN = "open"
    ANSWERED = "answered"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Taking:
    """Money that a dispute took from our balance, with `fee`; both are zero for an inquiry.

    `back`: all of it has been returned, with `fee_returned`.
    """

    amount: Money
    fee: Money
    back: bool
    fee_returned: Money


@dataclass(frozen=True, slots=True)
class Dispute:
    """A chargeback: a payment that the payer's bank takes back.

    `takings`: one entry, and one more each time the bank takes the money again after returning it.
    """

    ref: str
    charge: str
    intent: str | None
    state: DisputeState
    amount: Money
    takings: Sequence[Taking]
    reason: str
    due_by: datetime | None


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the provider's own books about our balance: `net` is `amount` less `fee`.

    `kind`: one of core/books/reconciliation/rules.py, else the provider's own; `source`: the charge, refund, transfer
    or dispute that it is about.
    """

    ref: str
    kind: str
    amount: Money
    fee: Money
    source: str | None
    at: datetime

    @property
    def net(self) -> Money:
        return self.amount - self.fee


@dataclass(frozen=True, slots=True)
class Events:
    """An event at the provider whose object has to be fetched. `kind` is None when there is nothing to fetch."""

    id: str
    type: str
    kind: str | None
    object_id: str
    at: datetime
    provider: str  # its code
