"""What a provider has of ours, read into the market's own words. Nothing here is changed; it is looked at again."""

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
    """Where a bank transfer has to go: an account number of the payer's own, so it is known without `reference` too."""

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

    `so_far`: what has come of a bank transfer; `bank`: where it has to go. `card`: kept, to be charged again.
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

    A bank transfer has no page: its `intent` says where it goes, and what has come.
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
    """A refund may be on its way for days, and fail after all; or nobody names an account for it (`unclaimed`).

    What failed is with us again; what nobody has claimed was put into the buyer's balance.
    """

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNCLAIMED = "unclaimed"


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as the provider has it. `effect` is ours when we asked for it."""

    ref: str
    effect: str | None
    state: RefundState
    why: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A seller as the provider knows them. `ready`: can receive transfers; `missing`: what they have still to tell."""

    ref: str
    ready: bool
    missing: tuple[str, ...] = ()
    closed: bool = False


class DisputeState(StrEnum):
    """Asked for (nothing is taken yet) or open (the money is gone), answered, then won or lost."""

    ASKED = "asked"
    OPEN = "open"
    ANSWERED = "answered"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Taking:
    """What has left our balance by a dispute, with `fee`; both are zero for a mere question.

    `back`: all of it has come back, with `fee_returned`.
    """

    amount: Money
    fee: Money
    back: bool
    fee_returned: Money


@dataclass(frozen=True, slots=True)
class Dispute:
    """A payment that the payer's bank has called back.

    `takings`: one, and one more for each time that the bank has taken the money again after it had given it back.
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
    """That something has happened at the provider: to be looked at. `kind` is None when nobody has to look."""

    id: str
    type: str
    kind: str | None
    object_id: str
    at: datetime
    provider: str  # its code
