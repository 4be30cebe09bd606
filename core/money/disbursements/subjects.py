"""The functions that a subject of payments (deal, session, purchase) plugs into the disbursement machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, Subquery, literal, union_all

from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.disbursements.model import Disbursement
from core.money.model import SubjectKind


@dataclass(frozen=True, slots=True)
class Parties:
    """The payer and the seller of a subject: organisations, and the words for them in the books.

    `stopped`: why none of its money may leave now.
    """

    payer: str
    seller: str
    payer_word: str = "buyer"
    seller_word: str = "seller"
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class Title:
    """The payment that a disbursement comes from, and what else the provider needs.

    - `balance`: the payer of a refund from a balance at the provider, and the amount that must stay in it.
    - `email`: where the provider reaches the payer of a transfer.
    - `stars_payer`: the payer on the platform that sells Stars.
    - `held_until`: the time until which the money is not safe to pass on.
    """

    ref: str
    charge: str | None
    intent: str | None
    balance: tuple[str, Money] | None = None
    email: str | None = None
    stars_payer: str | None = None
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """`lock`: lock the subject's row before any of its disbursements; raises NotFound. `title`: see `Title`.

    `on_settled`: called when a payout or refund is over (done or kept), or nothing is left of it to send.
    """

    lock: Callable[[Ctx, str], Parties]
    title: Callable[[Ctx, Disbursement], Title]
    on_settled: Callable[[Ctx, Disbursement], None]


@dataclass(frozen=True, slots=True)
class Exposure:
    """The place of a payment's money when a bank takes it: `held`, or `released` including our `fees`.

    `came`: all that the payment has brought.
    """

    held: Money
    released: Money
    fees: Money
    came: Money


@dataclass(frozen=True, slots=True)
class Payments:
    """A subject's payments. `rows`: a query for their `payment_id`, `subject` and `intent_ref`."""

    rows: Select[str, str, str | None]
    exposure: Callable[[Ctx, str, str], Exposure]  # takes a subject and one payment for it


SUBJECTS: Final[dict[SubjectKind, Subject]] = {}
PAYMENTS: Final[dict[SubjectKind, Payments]] = {}


def plug(kind: SubjectKind, subject: Subject, payments: Payments) -> None:
    """Register a kind of subject, so that its money can go out and be charged back."""
    SUBJECTS[kind], PAYMENTS[kind] = subject, payments


def paid() -> Subquery:
    """Return every payment of every subject, with the provider's id of its intent."""
    rows = [each.rows.add_columns(literal(str(kind)).label("subject_kind")) for kind, each in PAYMENTS.items()]
    return union_all(*rows).subquery("paid")
