"""What a price is per that is said as a number alone."""

from __future__ import annotations

from typing import Final

from core.kernel.quantity import convertible

BY_THE: Final = {"kg": "t", "l": "m3", "kWh": "MWh"}  # who wants 20,000 kg for 200 euros means for a tonne


def unit_of_amount(counted_in: str) -> str:
    """The unit in which goods are priced whose amount is counted in this one."""
    return BY_THE.get(counted_in, counted_in)


def unit_meant(usual: str, counted_in: str | None, stood: str | None = None) -> str:
    """The unit of a bare number: that of the price that `stood` there, while the goods can be paid by it; else that of
    their amount; else the one in which such goods are `usual`ly priced."""
    if counted_in is None:
        return stood or usual
    return stood if stood and convertible(stood, counted_in) else unit_of_amount(counted_in)
