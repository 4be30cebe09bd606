"""Exact numbers: checks of a Decimal before money or goods are counted with it, and the rounding of fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.kernel.errors import Invalid

WHOLE_BP: Final = 10_000  # basis points


def finite(value: Decimal | int) -> Decimal:
    """Return the value as a finite Decimal. A float is our own mistake (TypeError); NaN and infinities are refused."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"exact numbers only, not {type(value).__name__}")
    number = Decimal(value)
    if not number.is_finite():
        raise Invalid("number.not_finite", given=str(value))
    return number


def decimals_of(value: Decimal) -> int:
    """Return how many decimals the number really needs: one for 1.500."""
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):  # NaN and infinities carry a letter here
        raise Invalid("number.not_finite", given=str(value))
    if not any(digits):
        return 0
    zeros = len(digits) - max(i for i, digit in enumerate(digits, 1) if digit)
    return max(0, -(exponent + zeros))


def plain(value: Decimal) -> Decimal:
    """Return the number without trailing zeros or an exponent, so that equal amounts are written alike."""
    if not value:
        return Decimal(0)  # minus zero and 0.000 are zero
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if value == whole else value.normalize()


def half_up(value: Fraction) -> int:
    """Return the nearest whole number, halves away from zero."""
    size = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return -size if value < 0 else size


def vat_within(gross: int, rate_bp: int) -> tuple[int, int, int]:
    """Split a payment that includes VAT into net, VAT and rounding, in minor units.

    VAT is the rate on the net amount, rounded half up once (EN 16931, BR-CO-17). Not every gross amount can be made so.
    The remainder, a minor unit at most, is rounding (BT-114). The parts add up to the payment.
    """
    net = half_up(Fraction(gross * WHOLE_BP, WHOLE_BP + rate_bp))
    vat = half_up(Fraction(net * rate_bp, WHOLE_BP))
    return net, vat, gross - net - vat


def half_up_to(value: Fraction, decimals: int) -> Decimal:
    """Return the nearest Decimal of that many decimals, halves away from zero."""
    return Decimal(half_up(value * 10**decimals)).scaleb(-decimals)
