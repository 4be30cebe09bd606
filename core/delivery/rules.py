"""Pure decisions about lots: how a deal is cut into them, and when their time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from core.delivery.model import LONGEST_JOURNEY, OVERDUE_AFTER, TRANSIT_LIMIT
from core.kernel.errors import Invalid
from core.kernel.money import Money
from core.kernel.quantity import QUANTITY_DECIMALS, Quantity, convertible
from core.offers.model import Terms

# Nobody loads half a pallet.
COUNTED: Final = frozenset({"bag_15kg", "pack_10kg", "pallet", "pallet_crate", "big_bag", "bag", "bale"})
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Share:
    """One lot of the plan."""

    quantity: Quantity
    amount: Money
    window_from: date
    window_to: date


def shares(terms: Terms, amount: Money) -> list[Share]:
    """The deal cut into its lots: quantities, amounts and windows, each adding up to exactly the whole.

    A deal of fewer pieces than lots has as many lots as pieces.
    """
    quantities = cut(terms.quantity, terms.lots)
    amounts = amount.split([int(each.amount.scaleb(QUANTITY_DECIMALS)) for each in quantities])
    windows = cut_window(terms.window_from, terms.window_to, len(quantities))
    return [Share(*each) for each in zip(quantities, amounts, *zip(*windows, strict=True), strict=True)]


def cut(quantity: Quantity, lots: int) -> list[Quantity]:
    """As even as the unit allows, the larger parts first: 25 pallets in 2 lots are 13 and 12."""
    whole = quantity.amount == quantity.amount.to_integral_value()
    decimals = 0 if quantity.unit in COUNTED and whole else QUANTITY_DECIMALS
    pieces = int(quantity.amount.scaleb(decimals))
    each, over = divmod(pieces, lots)
    counts = [each + 1] * over + [each] * (lots - over)
    return [Quantity(Decimal(count).scaleb(-decimals), quantity.unit) for count in counts if count]


def cut_window(first: date, last: date, lots: int) -> list[tuple[date, date]]:
    """One stretch of days after the other; more lots than days share days."""
    days = (last - first).days + 1
    starts = [days * i // lots for i in range(lots)]
    ends = [max(days * (i + 1) // lots - 1, start) for i, start in enumerate(starts)]
    return [(first + start * ONE_DAY, first + end * ONE_DAY) for start, end in zip(starts, ends, strict=True)]


def end_of(day: date) -> datetime:
    """The moment a day is over everywhere in Europe's trade: midnight UTC."""
    return datetime.combine(day + ONE_DAY, time.min, UTC)


def overdue_at(window_to: date, now: datetime) -> datetime:
    """When an unsent lot is late. A deal that was paid after the window leaves the seller the same grace."""
    return max(end_of(window_to), now) + OVERDUE_AFTER


def transit_limit_at(eta: date) -> datetime:
    return end_of(eta) + TRANSIT_LIMIT


def check_eta(eta: date, today: date) -> None:
    """Raises Invalid for an arrival in the past (yesterday is today somewhere) or beyond any journey."""
    if eta < today - ONE_DAY:
        raise Invalid("lot.eta_past", field="eta", given=eta, earliest=today)
    if eta > today + LONGEST_JOURNEY:
        raise Invalid("lot.eta_too_far", field="eta", given=eta, latest=today + LONGEST_JOURNEY)


def check_measured(measured: Quantity | None, sold: Quantity) -> None:
    """Raises Invalid when it is measured in a unit that says nothing about the unit it was sold in."""
    if measured is not None and not convertible(measured.unit, sold.unit):
        raise Invalid("lot.measured_unit", field="measured", given=measured.unit, unit=sold.unit)
