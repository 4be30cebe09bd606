"""Guesses of which reading of "1.200" is meant, by what is counted: an amount, a price or a sum.

A price is read with decimals unless such goods were never so cheap ("1.234 EUR/l", but "1.200 EUR/t"). An amount is
read in thousands, unless it is a truck's weight on a scale ("24.520 t"). If that does not decide, the language does.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Final

from core.catalogue.language.numbers import Likely
from core.catalogue.schema import Rates
from core.kernel.money import CURRENCIES
from core.kernel.quantity import UNITS

# Units in which a truck's load is weighed or measured to the last digit.
TRUCKED: Final = frozenset({"t", "odt", "solid_m3", "stacked_m3"})
LEAST_LOAD: Final = 15
MOST_LOAD: Final = 35
# The lowest price in euros per base unit of each kind. A price a thousand times as high is never paid.
LEAST_EUROS: Final[Mapping[str, Fraction]] = {
    "mass": Fraction(10),
    "dry mass": Fraction(10),
    "energy": Fraction(2),
    "upper energy": Fraction(2),
    "liquid volume": Fraction(50),
    "loose volume": Fraction(2),
    "stacked volume": Fraction(5),
    "solid volume": Fraction(5),
    "gas volume": Fraction(5, 100),
    "emissions": Fraction(5),
}
LEAST_FOR_A_PIECE: Final = Fraction(1)  # for a bale, a bag, a pallet
THOUSAND: Final = 1000


def guess_amount(number: str, unit: str, *, weighed: bool = False) -> Likely | None:
    """Return a test for the readings of an amount with a point; a comma is left to the language.

    `weighed`: a scale has shown it.
    """
    return partial(_is_amount, unit, weighed) if "." in number else None


def _is_amount(unit: str, weighed: bool, reading: Decimal) -> bool:
    whole = reading == reading.to_integral_value()
    of_a_truck = unit in TRUCKED and not whole and LEAST_LOAD <= reading <= MOST_LOAD
    to_the_kilogram = weighed and UNITS[unit].size >= 1
    return of_a_truck or (reading.as_tuple().exponent == 0 and not to_the_kilogram)


def guess_price(currency: str, unit: str, rates: Rates) -> Likely | None:
    """Return a test for the readings of a unit price, or None if there is no rate for the currency."""
    per_euro = rates.per_euro.get(currency)
    if per_euro is None:
        return None
    known = UNITS[unit]
    least = LEAST_EUROS.get(known.kind, LEAST_FOR_A_PIECE) * known.size * Fraction(per_euro)
    return lambda reading: least <= reading < THOUSAND * least


def guess_sum(currency: str) -> Likely | None:
    """Return a test for the readings of a sum: no currency has three decimals."""
    return (lambda reading: reading.as_tuple().exponent == 0) if currency in CURRENCIES else None
