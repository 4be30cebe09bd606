"""A price given as a number alone: per the earlier unit, the unit of the amount, or the usual unit."""

from __future__ import annotations

import pytest

from core.catalogue.comparison import unit_meant


@pytest.mark.parametrize(
    ("usual", "counted_in", "stood", "meant"),
    [
        ("MWh", "t", None, "t"),
        ("MWh", "t", "kg", "kg"),
        ("MWh", "t", "MWh", "t"),  # which the amount cannot be paid by
        ("MWh", "kg", None, "t"),
        ("t", "loose_m3", "", "loose_m3"),
        ("MWh", None, None, "MWh"),
        ("MWh", None, "t", "t"),
    ],
)
def test_a_bare_number_is_per_a_unit_that_the_amount_can_be_paid_by(
    usual: str, counted_in: str | None, stood: str | None, meant: str
) -> None:
    assert unit_meant(usual, counted_in, stood) == meant
