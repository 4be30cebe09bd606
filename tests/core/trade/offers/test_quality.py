"""Worth of measured goods: the formula that both sides have signed, pure and to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import Invalid
from core.kernel.money import Money
from core.kernel.quantity import Quantity
from core.trade.delivery.rules import check_measured, tells_of
from core.trade.offers.quality_formula import Measured, Quality, closer, mean, quality_of, same, worth
from tests.core.goods import catalogue, tonnes

AGREED = Quality(moisture=Decimal(10), ash=Decimal("0.7"), ash_cut_bp=500, ncv_dry=Decimal("18.8"))
PRICE = Money(5_000_00, "EUR")

percents = st.decimals(0, 60, places=2)
weights = st.decimals(1, 60, places=3).map(lambda amount: Quantity(amount, "t"))


def found(**values: str) -> Measured:
    return Measured(**{name: Decimal(value) for name, value in values.items()})


def test_the_grade_writes_the_formula() -> None:
    formula = quality_of(catalogue(), "wood_pellets", "ENplus_A1")
    assert formula is not None
    assert (formula.moisture, formula.ash, formula.ash_cut_bp) == (Decimal(10), Decimal("0.7"), 500)
    assert quality_of(catalogue(), "wood_pellets", None) is None


@pytest.mark.parametrize(
    ("measured", "cents"),
    [
        (found(), 5_000_00),
        (found(moisture="9"), 5_000_00),
        (found(moisture="14"), 4_777_78),  # x 86/90
        (found(ash="1.7"), 4_750_00),  # one point: 5 % off
        (found(moisture="14", ash="1.7"), 4_538_89),
        (found(ash="40"), 0),
        (Measured(weight=tonnes(24)), 4_800_00),
        (Measured(weight=tonnes(26)), 5_000_00),
        (Measured(weight=tonnes(24), moisture=Decimal(14)), 4_586_67),
    ],
)
def test_25_tonnes_are_worth_their_measured_quality(measured: Measured, cents: int) -> None:
    assert worth(AGREED, tonnes(25), PRICE, measured).pay == Money(cents, "EUR")


def test_a_price_per_energy_is_paid_by_the_energy_that_came() -> None:
    sold = Quantity(Decimal(120), "MWh")
    by_value = worth(AGREED, sold, PRICE, Measured(weight=tonnes(24), ncv=Decimal("17.1")))
    assert by_value.pay == Money(4_750_00, "EUR")  # 24 x 17.1 / 3.6 = 114 MWh
    by_moisture = worth(AGREED, sold, PRICE, Measured(weight=tonnes(24), moisture=Decimal(10)))
    assert [step.parts["ncv"] for step in by_moisture.steps] == [Decimal("16.676")]
    assert by_moisture.pay == Money(4_632_22, "EUR")


def test_a_weight_that_says_nothing_about_what_was_sold_is_refused() -> None:
    with pytest.raises(Invalid, match=r"lot\.measured_unit"):
        worth(AGREED, Quantity(Decimal(90), "loose_m3"), PRICE, Measured(weight=tonnes(24)))


@given(weights, percents, percents, st.integers(0, 99_999_999))
def test_it_is_never_more_than_agreed_and_never_less_than_nothing(
    weight: Quantity, moisture: Decimal, ash: Decimal, cents: int
) -> None:
    worked = worth(AGREED, tonnes(25), Money(cents, "EUR"), Measured(weight=weight, moisture=moisture, ash=ash))
    assert 0 <= worked.pay.minor <= cents


@given(weights, percents, percents, st.decimals(0, 10, places=2), st.sampled_from(["moisture", "ash"]))
def test_worse_goods_are_never_worth_more(
    weight: Quantity, moisture: Decimal, ash: Decimal, more: Decimal, figure: str
) -> None:
    before = Measured(weight=weight, moisture=moisture, ash=ash)
    after = before.model_copy(update={figure: getattr(before, figure) + more})
    assert worth(AGREED, tonnes(25), PRICE, after).pay <= worth(AGREED, tonnes(25), PRICE, before).pay


def test_two_laboratories_are_the_same_within_their_tolerance_in_every_figure() -> None:
    assert same(found(moisture="14", ash="0.9"), found(moisture="12.5", ash="0.7"))
    assert not same(found(moisture="14"), found(moisture="12.49"))
    assert not same(found(moisture="14", ash="1.1"), found(moisture="14", ash="0.7"))
    assert not same(found(moisture="14"), found(ash="0.7"))
    assert mean(found(moisture="14"), found(moisture="12.5")).moisture == Decimal("13.25")


def test_where_each_side_names_another_weight_neither_counts_for_both() -> None:
    dry = found(moisture="10")
    light, full = (dry.model_copy(update={"weight": tonnes(amount)}) for amount in (15, 25))
    in_kg = dry.model_copy(update={"weight": Quantity(Decimal(25_000), "kg")})
    in_energy = dry.model_copy(update={"weight": Quantity(Decimal(120), "MWh")})
    assert [same(light, each) for each in (full, in_energy)] == [False, False]
    assert [same(full, each) for each in (in_kg, dry)] == [True, True]
    assert mean(light, full).weight == mean(light, in_kg).weight == tonnes(20)
    assert mean(dry, full).weight == mean(full, dry).weight == tonnes(25)


def test_side_nearer_to_the_referee_is_found_by_tolerances() -> None:
    referee = found(moisture="13")
    assert closer(referee, found(moisture="14"), found(moisture="10")) is True
    assert closer(referee, found(moisture="16"), found(moisture="12.5")) is False
    assert closer(referee, found(moisture="14"), found(moisture="12")) is None
    # Only what all three have measured counts: the buyer has looked at the ash as well.
    both = found(moisture="13", ash="1.0")
    assert closer(both, found(moisture="13.5", ash="2.0"), found(moisture="10")) is True


@given(percents, percents)
def test_the_mean_lies_between_the_two(one: Decimal, other: Decimal) -> None:
    middle = mean(Measured(moisture=one), Measured(moisture=other)).moisture
    assert middle is not None
    assert min(one, other) - Decimal("0.01") <= middle <= max(one, other) + Decimal("0.01")


@pytest.mark.parametrize(
    ("unit", "sold", "tells"),
    [("kg", "t", True), ("t", "MWh", True), ("t", "loose_m3", False), ("MWh", "t", False), ("m3", "m3", True)],
)
def test_a_measurement_is_asked_for_in_a_unit_that_tells_of_the_goods(unit: str, sold: str, tells: bool) -> None:
    assert tells_of(unit, sold) is tells
    if not tells:
        with pytest.raises(Invalid, match=r"lot\.measured_unit"):
            check_measured(Quantity(Decimal(1), unit), Quantity(Decimal(1), sold))
