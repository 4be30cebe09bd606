"""Parts of a statement, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from core.kernel.money import Money
from core.money.chargebacks.model import Chargeback
from core.money.disbursements.model import DisbursementState

# The payer is a buyer or a seeker, the earner a seller or a consultant.
# - paid: by the payer, into protection
# - released: to the earner, less the fee
# - sent: to the earner's account
# - overpaid: by the payer, more than was asked for, and kept for them
# - credit_used: what had been overpaid, or was to be refunded, for another payment of theirs
# - refunded: to the payer
# - by_bank, bank_reversed: a chargeback, to the payer and back from them
# - set_off: a chargeback, kept from the earner's payout
# - taken_back: a chargeback, out of the earner's account
# - returned: a chargeback that the bank has given up, to the earner
# - adjusted: anything else, as its entry says
What = Literal[
    "paid",
    "overpaid",
    "credit_used",
    "released",
    "sent",
    "refunded",
    "by_bank",
    "bank_reversed",
    "set_off",
    "taken_back",
    "returned",
    "adjusted",
]


@dataclass(frozen=True, slots=True)
class Held:
    """Money that is held, or is to be, for one deal or session, and until when. None: it waits for no deadline.

    In protection: when time moves it on by itself. On a card: how long the bank keeps it there. Unpaid: by when.
    `fee`: our part if all of it is released, shown to the earner.
    """

    subject: str  # the deal or the session
    ref: str
    mine: bool  # the reader pays it; else it is to come to them
    amount: Money
    until: datetime | None
    fee: Money | None = None


@dataclass(frozen=True, slots=True)
class Payout:
    """A lot's or a session's money on its way to its earner; `fee` was deducted before."""

    subject: str
    ref: str
    lot: int | None
    net: Money
    fee: Money
    state: DisbursementState
    why: str | None


@dataclass(frozen=True, slots=True)
class Charged:
    """A payer's payment for a deal or session, and the part that goes back or came from their bank.

    `arrived`: none is on its way.
    """

    subject: str
    ref: str
    amount: Money
    back: Money
    arrived: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """A payment that the payer's bank has kept. `mine`: the reader is the payer."""

    ref: str
    mine: bool
    chargeback: Chargeback


@dataclass(frozen=True, slots=True)
class Statement:
    """A person's money now: `due` is what their organisation is owed and has not received, by currency.

    `credits`: what they have paid too much, and have not used or had back.
    `disputed`: what a bank has called back and has not decided about. `lost`: what it has kept.
    `coming`: what a buyer has told their bank to pay, and the banks have not confirmed.
    `taken`: what was paid for sessions.
    `spent`: what was paid for deals.
    """

    held: tuple[Held, ...]
    credits: tuple[Held, ...]
    disputed: tuple[Held, ...]
    lost: tuple[Lost, ...]
    on_cards: tuple[Held, ...]
    unpaid: tuple[Held, ...]
    coming: tuple[Held, ...]
    payouts: tuple[Payout, ...]
    charged: tuple[Charged, ...]
    spent: tuple[Charged, ...]
    due: tuple[Money, ...]
    owes: tuple[Money, ...]

    @property
    def empty(self) -> bool:
        return not any(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of an organisation's money. `came` and `went` are amounts above zero, one of them None."""

    at: datetime
    ref: str
    what: What
    memo: str
    came: Money | None
    went: Money | None
    fee: Money | None
    key: str
