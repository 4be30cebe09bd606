"""Limits of one payment, and the cut of an amount into lots. Each lot is paid by itself."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from core.kernel.money import Money
from core.kernel.quantity import QUANTITY_DECIMALS, Quantity

LOTS_AT_MOST: Final = 52  # a year of weekly trucks
# One payment holds eight digits of minor units: 999,999.99 of a currency with cents.
LARGEST_PAYMENT_MINOR: Final = 99_999_999
# The provider counts the króna in hundredths, though they cannot be paid: two of the eight digits are always nought.
LARGEST_OF: Final[Mapping[str, int]] = {"ISK": 999_999}
# 5.00: below that the fees of a card payment cost more than it moves.
SMALLEST_PAYMENT_MINOR: Final = 500
# About as much where one unit is worth far less than a euro. The provider's own minimum is below it, too (the least and
# the most that a card is charged).
SMALLEST_OF: Final[Mapping[str, int]] = {
    "CZK": 120_00,
    "DKK": 35_00,
    "GEL": 15_00,
    "HUF": 2_000_00,
    "ISK": 700,
    "JPY": 900,
    "MDL": 100_00,
    "NOK": 50_00,
    "PLN": 20_00,
    "RON": 25_00,
    "RSD": 600_00,
    "SEK": 50_00,
    "TRY": 250_00,
    "UAH": 250_00,
}
# Half a pallet cannot be loaded.
COUNTED: Final = frozenset({"bag_15kg", "pack_10kg", "pallet", "pallet_crate", "big_bag", "bag", "bale"})


def lots_needed(total: Money) -> int:
    """Return the fewest lots that each fit one payment; it may be more than the most allowed."""
    return max(1, -(-total.minor // largest_payment(total.currency).minor))


def largest_payment(currency: str) -> Money:
    return Money(LARGEST_OF.get(currency, LARGEST_PAYMENT_MINOR), currency)


def smallest_payment(currency: str) -> Money:
    return Money(SMALLEST_OF.get(currency, SMALLEST_PAYMENT_MINOR), currency)


def largest_deal(currency: str) -> Money:
    """Return the largest value of one deal, with as many lots as are allowed."""
    return Money(largest_payment(currency).minor * LOTS_AT_MOST, currency)


def cut(quantity: Quantity, lots: int) -> list[Quantity]:
    """Cut as evenly as the unit allows, the larger parts first: 25 pallets in 2 lots are 13 and 12.

    Fewer pieces than lots make as many lots as pieces.
    """
    whole = quantity.amount == quantity.amount.to_integral_value()
    decimals = 0 if quantity.unit in COUNTED and whole else QUANTITY_DECIMALS
    pieces = int(quantity.amount.scaleb(decimals))
    each, over = divmod(pieces, lots)
    counts = [each + 1] * over + [each] * (lots - over)
    return [Quantity(Decimal(count).scaleb(-decimals), quantity.unit) for count in counts if count]


def amounts(total: Money, parts: list[Quantity]) -> list[Money]:
    """Return the price of each part; together they are exactly the whole."""
    return total.split([int(part.amount.scaleb(QUANTITY_DECIMALS)) for part in parts])
