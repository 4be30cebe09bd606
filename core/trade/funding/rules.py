"""Pure decisions about held money: tranches, due times and the split of a lot's money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from core.kernel.lot_sizes import largest_payment, smallest_payment
from core.kernel.money import Money, running_total_fee
from core.trade.funding.model import FUND_AHEAD, HOLD_LIMIT, LONGEST_LINK, RELEASED_AFTER, SHORTEST_LINK

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """The parts of a lot that matter for its money."""

    number: int
    amount: Money
    window_from: date
    window_to: date


@dataclass(frozen=True, slots=True)
class Group:
    """Lots `first` to `last` by number, paid for together; `due` is when their money is asked for."""

    first: int
    last: int
    amount: Money
    due: datetime


def groups(lots: Sequence[Planned], now: datetime) -> list[Group]:
    """Group a deal's lots into runs, each within the limits of one payment and of the holding time.

    The first is asked for at once, a later one some days before its window. None is asked for so early that its last
    lot would be released beyond the limit.

    A lot that is too large or too long is a run of its own. A run that is too small for a payment joins its neighbour,
    if that has room.
    """
    found: list[Group] = []
    for lot in lots:
        last = found[-1] if found else None
        if last is not None and _joins(last, lot):
            found[-1] = Group(last.first, lot.number, last.amount + lot.amount, last.due)
        else:
            found.append(Group(lot.number, lot.number, lot.amount, _due(lot, now, first=last is None)))
    if len(found) > 1 and _too_small(found[-1].amount) and _fit(found[-2].amount, found[-1].amount):
        tail = found.pop()
        head = found.pop()
        found.append(Group(head.first, tail.last, head.amount + tail.amount, head.due))
    return found


def _joins(group: Group, lot: Planned) -> bool:
    held_long = _released(lot) - group.due > HOLD_LIMIT
    return _fit(group.amount, lot.amount) and (_too_small(group.amount) or not held_long)


def _fit(one: Money, other: Money) -> bool:
    return one + other <= largest_payment(one.currency)


def _too_small(amount: Money) -> bool:
    return amount < smallest_payment(amount.currency)


def _due(lot: Planned, now: datetime, *, first: bool) -> datetime:
    earliest = now if first else _midnight(lot.window_from) - FUND_AHEAD
    return max(now, earliest, _released(lot) - HOLD_LIMIT)


def _released(lot: Planned) -> datetime:
    """Return the latest time at which its money is released or refunded."""
    return _midnight(lot.window_to + ONE_DAY) + RELEASED_AFTER


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def link_expires(now: datetime, funding_ends: datetime) -> datetime:
    """Return when a link expires: with the time for funding, within the provider's limits."""
    return max(now + SHORTEST_LINK, min(now + LONGEST_LINK, funding_ends))


@dataclass(frozen=True, slots=True)
class Parting:
    """The split of a lot's money: `net` + `fee` is released, `back` goes to the buyer; together they are its amount."""

    net: Money
    fee: Money
    back: Money

    @property
    def released(self) -> Money:
        return self.net + self.fee


def part(amount: Money, released: Money, released_so_far: Money, fees_so_far: Money, commission_bp: int) -> Parting:
    """Split one lot's money: `released` to the seller's side, the rest back.

    The fee is due on the deal's running total, so the division into lots does not change it.
    """
    assert Money.zero(amount.currency) <= released <= amount, "more than the lot has, or less than nothing"
    fee = running_total_fee(released_so_far + released, fees_so_far, commission_bp)
    return Parting(released - fee, fee, amount - released)


def drawn(amount: Money, sources: Sequence[tuple[str, Money]]) -> list[tuple[str, Money]]:
    """Take an amount out of several payments, one after the other. Return the parts that are not empty."""
    parts: list[tuple[str, Money]] = []
    rest = amount
    for name, left in sources:
        part = min(rest, left)
        if part.minor > 0:
            parts.append((name, part))
            rest -= part
    assert not rest, f"{rest} more than the payments have"
    return parts
