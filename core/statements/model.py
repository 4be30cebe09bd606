"""What a statement consists of, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.kernel.money import Money

# paid: by the buyer into protection. released: to the seller, less the fee. sent: to the seller's account.
# refunded: to the buyer. set_off: kept for what the seller owes. taken_back: out of the seller's account.
# adjusted: anything else, as its entry says.
What = Literal["paid", "released", "sent", "refunded", "set_off", "taken_back", "adjusted"]


@dataclass(frozen=True, slots=True)
class Held:
    """Money in protection for one deal, and when time moves it on by itself (None: it waits for no deadline)."""

    deal_id: str
    ref: str
    mine: bool  # the organisation has paid it; else it is to receive it
    amount: Money
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Payout:
    """A lot's money on its way to its seller. `state`: waiting, asked, done, refused; `fee` was deducted before."""

    deal_id: str
    ref: str
    lot: int | None
    net: Money
    fee: Money
    state: str
    why: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """An organisation's money now: `due` is what it is owed and has not received, by currency."""

    held: tuple[Held, ...]
    payouts: tuple[Payout, ...]
    due: tuple[Money, ...]
    owes: tuple[Money, ...]


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
