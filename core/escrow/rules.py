"""Pure decisions about held money: how a lot's money is parted, and how long a payment link is good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.escrow.model import LONGEST_LINK, SHORTEST_LINK
from core.kernel.money import Money, running_total_fee

Outcome = Literal["accepted", "dropped", "halved"]


@dataclass(frozen=True, slots=True)
class Parting:
    """A lot's money: `net` + `fee` is released, `back` goes to the buyer; together they are the lot's amount."""

    net: Money
    fee: Money
    back: Money

    @property
    def released(self) -> Money:
        return self.net + self.fee


def part(amount: Money, outcome: Outcome, released_so_far: Money, fees_so_far: Money, commission_bp: int) -> Parting:
    """Part one lot's money. The fee is what is due on the deal's running total, so the cutting into lots is free.

    The odd cent of a halved lot goes to the seller.
    """
    nothing = Money.zero(amount.currency)
    if outcome == "dropped":
        return Parting(nothing, nothing, amount)
    released, back = (amount, nothing) if outcome == "accepted" else amount.split([1, 1])
    fee = running_total_fee(released_so_far + released, fees_so_far, commission_bp)
    return Parting(released - fee, fee, back)


def link_expires(now: datetime, funding_ends: datetime) -> datetime:
    """A link ends with the time for funding, as far as the provider's limits allow."""
    return max(now + SHORTEST_LINK, min(now + LONGEST_LINK, funding_ends))
