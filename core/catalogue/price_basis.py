"""The unit that a price is for when it is written as a number alone."""

from __future__ import annotations

from typing import Final

from core.kernel.quantity import convertible

BY_THE: Final = {"kg": "t", "l": "m3", "kWh": "MWh"}  # 20,000 kg for 200 euros means 200 euros for a tonne


def unit_of_amount(counted_in: str) -> str:
    """Return the unit of the price for goods whose amount is counted in this one."""
    return BY_THE.get(counted_in, counted_in)


def unit_meant(usual: str, counted_in: str | None, stood: str | None = None) -> str:
    """Return the unit of a bare price.

    It is the unit of the price that `stood` there, if the goods can be paid by it. Otherwise it follows the unit of
    their amount, or else is the `usual` one.
    """
    if counted_in is None:
        return stood or usual
    return stood if stood and convertible(stood, counted_in) else unit_of_amount(counted_in)
