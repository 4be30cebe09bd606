"""How an amount is cut into lots, before anybody has signed that it will be: each has to be paid for, too."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from core.kernel.money import Money
from core.kernel.quantity import QUANTITY_DECIMALS, Quantity

# Nobody loads half a pallet.
COUNTED: Final = frozenset({"bag_15kg", "pack_10kg", "pallet", "pallet_crate", "big_bag", "bag", "bale"})


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
