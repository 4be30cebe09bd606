"""Quantities are exact and keep their unit; only what is always true is converted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.platforms import PLATFORMS
from config.reference import reference
from conversations.wording import Wordings
from core.catalogue.language.fields import parse_quantity
from core.kernel.errors import Refusal
from core.kernel.quantity import UNITS, Quantity, convertible

amounts = st.decimals(0, 10**6, places=3, allow_nan=False, allow_infinity=False)

# One bale is "pall" in Estonian, which is a pallet in Swedish. It is refused, with the units of the goods.
ONE_WORD_OF_TWO_LANGUAGES = {("et", "bale", 1)}


def refusal(call: Any, *args: object) -> str:
    """Return the code of the refusal that the call raises."""
    with pytest.raises(Refusal) as caught:
        call(*args)
    return caught.value.code


@given(amounts, amounts, st.sampled_from(sorted(UNITS)))
def test_added_quantity_can_be_subtracted_again(left: Decimal, right: Decimal, unit: str) -> None:
    assert Quantity(left, unit) + Quantity(right, unit) - Quantity(right, unit) == Quantity(left, unit)


@given(amounts)
def test_tonnes_to_kilograms_and_back_loses_nothing(amount: Decimal) -> None:
    there = Quantity(amount, "t").to("kg")
    assert there.amount == amount * 1000
    assert there.to("t") == Quantity(amount, "t")


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("1", "MWh", "3.6 GJ"),
        ("1", "GJ", "0.278 MWh"),
        ("1000", "kWh", "3.6 GJ"),
        ("70", "bag_15kg", "1.05 t"),
        ("1.5", "m3", "1500 l"),
        ("500", "MJ", "0.139 MWh"),
    ],
)
def test_fixed_conversions(amount: str, unit: str, expected: str) -> None:
    assert str(Quantity(Decimal(amount), unit).to(expected.split()[1])) == expected


def test_the_three_cubic_metres_of_wood_stay_apart() -> None:
    woody = ["loose_m3", "stacked_m3", "solid_m3", "m3"]
    assert not any(convertible(one, other) for one in woody for other in woody if one != other)
    assert refusal(Quantity(Decimal(1), "loose_m3").to, "solid_m3") == "quantity.no_fixed_conversion"


@pytest.mark.parametrize(
    ("amount", "unit", "code"),
    [
        ("-1", "t", "quantity.negative"),
        ("0.0001", "t", "quantity.too_many_decimals"),
        ("1E+99999", "t", "quantity.too_large"),
        ("1E-99999", "t", "quantity.too_many_decimals"),
        ("NaN", "t", "number.not_finite"),
        ("1", "firkin", "quantity.unit_unknown"),
    ],
)
def test_impossible_quantity_is_refused(amount: str, unit: str, code: str) -> None:
    assert refusal(Quantity, Decimal(amount), unit) == code


def test_nothing_is_refused_only_when_something_is_asked_for() -> None:
    nothing = Quantity(Decimal("-0.000"), "t")
    assert str(nothing) == "0 t"
    assert refusal(nothing.positive) == "quantity.not_positive"
    assert refusal(lambda: nothing - Quantity(Decimal(1), "t")) == "quantity.negative"


def test_a_unit_outside_the_list_is_refused_with_the_list() -> None:
    with pytest.raises(Refusal) as caught:
        Quantity(Decimal(5), "l").within(["t", "MWh"])
    assert caught.value.parts["allowed"] == ("t", "MWh")


@pytest.mark.parametrize("language", Wordings(PLATFORMS).languages())
def test_every_unit_that_is_shown_is_understood_when_it_is_typed_back(language: str) -> None:
    catalogue, _ = reference()
    speaking = Wordings(PLATFORMS).speak(language)
    for unit in UNITS:
        for count in (1, 2, 5, 21):
            if (language, unit, count) in ONE_WORD_OF_TWO_LANGUAGES:
                continue
            typed = f"{count} {speaking.unit(unit, Decimal(count))}"
            assert parse_quantity(typed, catalogue, [unit], language=language) == Quantity(Decimal(count), unit), typed


def test_equal_amounts_are_written_alike() -> None:
    assert str(Quantity(Decimal("24.500"), "t")) == str(Quantity(Decimal("24.5"), "t")) == "24.5 t"
    assert str(Quantity(Decimal("1E+3"), "t")) == "1000 t"
