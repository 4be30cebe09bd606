"""Parts of a statement, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from core.kernel.money import Money
from core.money.disbursements.model import DisbursementState

# The payer is a buyer or a seeker, the earner a seller or a consultant.
# - paid: by the payer, into protection
# - released: to the earner, less the fee
# - sent: to the earner's account
# - refunded: to the payer
# - set_off: kept for what the earner owes
# - taken_back: out of their account
# - adjusted: anything else, as its entry says
What = Literal["paid", "released", "sent", "refunded", "set_off", "taken_back", "adjusted"]


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
class Statement:
    """A person's money now: `due` is what their organisation is owed and has not received, by currency.

    `credits`: what they have paid too much, and have not used or had back.
    `recalled`: what a bank has called back and has not decided about.
    `coming`: what a buyer has told their bank to pay, and the banks have not confirmed.
    `taken`: what was paid for sessions.
    `spent`: what was paid for deals.
    """

    held: tuple[Held, ...]
    credits: tuple[Held, ...]
    disputed: tuple[Held, ...]
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
