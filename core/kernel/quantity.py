"""Amounts of goods in the units of the trade, and the few conversions between them that are always true.

A conversion that depends on the goods (a loose cubic metre to tonnes, tonnes to MWh) is not here. It needs a density or
a calorific value, stands in `core.catalogue.comparison`, and is never applied silently.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import total_ordering
from typing import Final

from core.kernel.decimals import decimals_of, finite, half_up_to, plain
from core.kernel.errors import Invalid

QUANTITY_DECIMALS: Final = 3  # a kilogram of a tonne, a kilowatt-hour of a megawatt-hour
LARGEST_AMOUNT: Final = Decimal(10**9)


class QuantityRefused(Invalid):
    """An amount or a unit that cannot be taken; the code starts with `quantity.`."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the trade. Units of one `kind` convert by `size`, counted in the base unit of the kind."""

    code: str
    kind: str
    size: Fraction


# One line per unit: code, kind, size. A kind with a single unit has no conversions. The three woody cubic metres, a
# pallet and a bale differ from seller to seller.
UNITS: Final[dict[str, Unit]] = {
    code: Unit(code, kind, Fraction(size))
    for code, kind, size in (
        ("t", "mass", "1"),
        ("kg", "mass", "0.001"),
        ("bag_15kg", "mass", "0.015"),
        ("pack_10kg", "mass", "0.010"),
        ("odt", "dry mass", "1"),
        ("MWh", "energy", "1"),
        ("kWh", "energy", "0.001"),
        ("GJ", "energy", "10/36"),
        ("MJ", "energy", "1/3600"),
        ("MWh_HHV", "upper energy", "1"),
        ("m3", "liquid volume", "1"),
        ("l", "liquid volume", "0.001"),
        ("loose_m3", "loose volume", "1"),
        ("stacked_m3", "stacked volume", "1"),
        ("solid_m3", "solid volume", "1"),
        ("Nm3", "gas volume", "1"),
        ("tCO2e", "emissions", "1"),
        ("pallet", "pallet", "1"),
        ("pallet_crate", "crate", "1"),
        ("big_bag", "big bag", "1"),
        ("bag", "bag", "1"),
        ("bale", "bale", "1"),
    )
}


def unit_named(code: str) -> Unit:
    """Return the unit of that code. Woody cubic metres are `loose_m3`, `stacked_m3`, `solid_m3`; liquids use `m3`."""
    known = UNITS.get(code)
    if known is None:
        raise QuantityRefused("quantity.unit_unknown", given=code, known=tuple(UNITS))
    return known


@total_ordering
@dataclass(frozen=True, slots=True)
class Quantity:
    """`amount` of `unit`: exact, at most three decimals, never negative."""

    amount: Decimal
    unit: str

    def __post_init__(self) -> None:
        value = finite(self.amount)
        unit_named(self.unit)
        if value < 0:
            raise QuantityRefused("quantity.negative", given=value, unit=self.unit)
        if value > LARGEST_AMOUNT:
            raise QuantityRefused("quantity.too_large", given=value, unit=self.unit, most=LARGEST_AMOUNT)
        if decimals_of(value) > QUANTITY_DECIMALS:
            raise QuantityRefused("quantity.too_many_decimals", given=value, decimals=QUANTITY_DECIMALS)
        object.__setattr__(self, "amount", plain(value))

    def __str__(self) -> str:
        return f"{self.amount:f} {self.unit}"

    def __bool__(self) -> bool:
        return self.amount != 0

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount + self._amount_of(other), self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount - self._amount_of(other), self.unit)

    def __lt__(self, other: Quantity) -> bool:
        return self.amount < self._amount_of(other)

    def positive(self) -> Quantity:
        """Itself, when there is something of it; otherwise a refusal."""
        if not self.amount:
            raise QuantityRefused("quantity.not_positive", given=self.amount, unit=self.unit)
        return self

    def within(self, allowed: Collection[str]) -> Quantity:
        """Itself, when its unit is one of those; otherwise a refusal that names them."""
        if self.unit not in allowed:
            raise QuantityRefused("quantity.unit_not_allowed", given=self.unit, allowed=tuple(allowed))
        return self

    def to(self, unit: str) -> Quantity:
        """Convert to another unit of its kind, rounded half up to three decimals; refuse across kinds."""
        return Quantity(half_up_to(converted(self, unit), QUANTITY_DECIMALS), unit)

    def _amount_of(self, other: Quantity) -> Decimal:
        if other.unit != self.unit:
            raise QuantityRefused("quantity.units_differ", left=self.unit, right=other.unit)
        return other.amount


def convertible(unit: str, to_unit: str) -> bool:
    """Return whether the two units have a conversion that is true for any goods."""
    return unit_named(unit).kind == unit_named(to_unit).kind


def converted(quantity: Quantity, to_unit: str) -> Fraction:
    """Return the exact amount in another unit of the same kind, not rounded; refuse across kinds."""
    have, want = unit_named(quantity.unit), unit_named(to_unit)
    if have.kind != want.kind:
        raise QuantityRefused("quantity.no_fixed_conversion", given=have.code, wanted=want.code)
    return Fraction(quantity.amount) * have.size / want.size
