"""What a subject of payments (deal, session, purchase) plugs into the machine: its rows are its own slice's."""

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
    """Who has paid for a subject, and to whom. `payer` and `seller`: organisations, and what the books call them.

    `stopped`: why none of its money may leave now.
    """

    payer: str
    seller: str
    payer_word: str = "buyer"
    seller_word: str = "seller"
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class Title:
    """How the provider is asked for one disbursement: the payment it comes from, and what else is to be known.

    `balance`: of a refund that leaves from the payer's balance at the provider, whose it is, and what is not to be
    touched of it. `email`: where the provider reaches the payer of a transfer. `stars_payer`: the payer on the platform
    that sells Stars. `held_until`: until when its money is not safe to pass on.
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
    """`lock`: the subject's row, before any of its disbursements is touched; raises NotFound. `title`: see there.

    `on_settled`: a payout or refund is over (done or kept), or nothing is left of it to send.
    """

    lock: Callable[[Ctx, str], Parties]
    title: Callable[[Ctx, Disbursement], Title]
    on_settled: Callable[[Ctx, Disbursement], None]


@dataclass(frozen=True, slots=True)
class Exposure:
    """Where the money of a payment is when a bank takes it: `held`, or `released` with our `fees` in it.

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
    exposure: Callable[[Ctx, str, str], Exposure]  # of a subject, and of one payment for it


SUBJECTS: Final[dict[SubjectKind, Subject]] = {}
PAYMENTS: Final[dict[SubjectKind, Payments]] = {}


def plug(kind: SubjectKind, subject: Subject, payments: Payments) -> None:
    """Let money of this kind of subject go out, and be called back."""
    SUBJECTS[kind], PAYMENTS[kind] = subject, payments


def paid() -> Subquery:
    """Every payment of every subject, by the provider's name of its intent."""
    rows = [each.rows.add_columns(literal(str(kind)).label("subject_kind")) for kind, each in PAYMENTS.items()]
    return union_all(*rows).subquery("paid")
