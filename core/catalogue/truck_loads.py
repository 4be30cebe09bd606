"""The load of a full truck, as a trader reckons: 24 t, or less of goods that fill the space.

Both figures are general knowledge, and lie within the truck figures of `config/catalogue/delivery.yaml`.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.catalogue.energy import mass_of
from core.catalogue.schema import Product
from core.kernel.decimals import half_up_to
from core.kernel.errors import Refusal
from core.kernel.quantity import Quantity

TRUCK_TONNES: Final = Decimal(24)
TRUCK_LOOSE_M3: Final = Decimal(90)
WALKING_FLOOR: Final = "walking_floor"
FULL_TRUCKS: Final = frozenset({WALKING_FLOOR, "tank_truck", "heated_tank_truck"})  # how goods come by the truckload


def load_of(product: Product, *, weighed: bool = False) -> Quantity | None:
    """Return one truckload in whole tonnes, or None for goods that do not come in such trucks.

    Goods mostly sold by loose cubic metres are returned in whole loose cubic metres, unless `weighed`.
    """
    if FULL_TRUCKS.isdisjoint(product.delivery) or "t" not in product.units:
        return None
    holds = _mass_of_a_truckful(product)
    if product.units[0] == "loose_m3" and holds is not None and not weighed:
        share = min(Fraction(TRUCK_TONNES) / holds, Fraction(1))
        return _whole(Fraction(TRUCK_LOOSE_M3) * share, "loose_m3")
    return _whole(Fraction(TRUCK_TONNES) if holds is None else min(Fraction(TRUCK_TONNES), holds), "t")


def _mass_of_a_truckful(product: Product) -> Fraction | None:
    """Return the tonnes that fill a walking floor to the roof. None for goods without a density, or that travel
    otherwise.
    """
    if WALKING_FLOOR not in product.delivery:
        return None
    try:
        return Fraction(mass_of(product, Quantity(TRUCK_LOOSE_M3, "loose_m3")).quantity.amount)
    except Refusal:
        return None


def _whole(amount: Fraction, unit: str) -> Quantity:
    return Quantity(half_up_to(amount, 0), unit)
