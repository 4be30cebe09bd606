"""How much one payment holds, and into how many lots an amount is cut for it: each lot is paid by itself."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from core.kernel.money import Money
from core.kernel.quantity import QUANTITY_DECIMALS, Quantity

LOTS_AT_MOST: Final = 52  # a year of weekly trucks
# One payment holds eight digits of minor units: 999,999.99 of a currency with cents.
LARGEST_PAYMENT_MINOR: Final = 99_999_999
# The provider counts the króna in hundredths, though nobody can pay them: two of the eight digits are always nought.
LARGEST_OF: Final[Mapping[str, int]] = {"ISK": 999_999}
# 5.00: below that the fees of a card payment eat what it moves.
SMALLEST_PAYMENT_MINOR: Final = 500
# About as much where one unit is worth far less than a euro; what the provider takes at the least is below it, too
# (the least and the most that a card is charged).
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
# Nobody loads half a pallet.
COUNTED: Final = frozenset({"bag_15kg", "pack_10kg", "pallet", "pallet_crate", "big_bag", "bag", "bale"})


def lots_needed(total: Money) -> int:
    """The fewest lots of which each is within one payment; it may be more than there can be."""
    return max(1, -(-total.minor // largest_payment(total.currency).minor))


def largest_payment(currency: str) -> Money:
    return Money(LARGEST_OF.get(currency, LARGEST_PAYMENT_MINOR), currency)


def smallest_payment(currency: str) -> Money:
    return Money(SMALLEST_OF.get(currency, SMALLEST_PAYMENT_MINOR), currency)


def largest_deal(currency: str) -> Money:
    """What one deal can come to, in as many lots as there can be."""
    return Money(largest_payment(currency).minor * LOTS_AT_MOST, currency)


def cut(quantity: Quantity, lots: int) -> list[Quantity]:
    """As even as the unit allows, the larger parts first: 25 pallets in 2 lots are 13 and 12.

    Of fewer pieces than lots there are as many lots as pieces.
    """
    whole = quantity.amount == quantity.amount.to_integral_value()
    decimals = 0 if quantity.unit in COUNTED and whole else QUANTITY_DECIMALS
    pieces = int(quantity.amount.scaleb(decimals))
    each, over = divmod(pieces, lots)
    counts = [each + 1] * over + [each] * (lots - over)
    return [Quantity(Decimal(count).scaleb(-decimals), quantity.unit) for count in counts if count]


def amounts(total: Money, parts: list[Quantity]) -> list[Money]:
    """What each of these parts costs: together exactly the whole."""
    return total.split([int(part.amount.scaleb(QUANTITY_DECIMALS)) for part in parts])
