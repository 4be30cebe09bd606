"""Money is counted exactly: a split loses nothing, twenty lots pay the fee of one, no float gets in."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import Refusal
from core.kernel.money import CURRENCIES, Money, UnitPrice, currency_named, running_total_fee
from core.kernel.quantity import Quantity

currencies = st.sampled_from(sorted(CURRENCIES))
minors = st.integers(-(10**12), 10**12)


def refusal(call: Any, *args: object) -> str:
    """Return the code of the refusal that the call raises."""
    with pytest.raises(Refusal) as caught:
        call(*args)
    return caught.value.code


@given(minors, currencies, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_the_parts_of_a_split_sum_to_the_whole(minor: int, currency: str, weights: list[int]) -> None:
    whole = Money(minor, currency)
    parts = whole.split(weights)
    assert Money.total(parts, currency) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Fraction(minor * weight, sum(weights))) < 1


def test_the_cent_left_over_goes_to_the_largest_remainder_then_to_the_earlier() -> None:
    assert [part.minor for part in Money(100, "EUR").split([1, 1, 1])] == [34, 33, 33]
    assert [part.minor for part in Money(-100, "EUR").split([1, 1, 1])] == [-34, -33, -33]
    assert [part.minor for part in Money(10, "EUR").split([33, 33, 34])] == [3, 3, 4]


@given(minors, currencies)
def test_an_amount_in_words_comes_back_the_same(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(money.amount, currency) == money
    assert -money + money == Money.zero(currency)


@given(st.floats())
def test_no_float_gets_in(number: float) -> None:
    smuggled = cast("Any", number)
    for attempt in (
        lambda: Money(smuggled, "EUR"),
        lambda: Money.of(smuggled, "EUR"),
        lambda: Money.rounded(smuggled, "EUR"),
        lambda: Money(1, "EUR").share(smuggled),
        lambda: UnitPrice(smuggled, "EUR", "t"),
        lambda: Quantity(smuggled, "t"),
    ):
        with pytest.raises(TypeError):
            attempt()


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=20), st.integers(0, 10_000))
def test_twenty_lots_cost_the_same_commission_as_one(lots: list[int], basis_points: int) -> None:
    so_far, taken = Money.zero("EUR"), Money.zero("EUR")
    for lot in lots:
        so_far += Money(lot, "EUR")
        fee = running_total_fee(so_far, taken, basis_points)
        assert fee.minor >= 0
        taken += fee
    assert taken == so_far.share(basis_points)


def test_a_refund_gives_its_commission_back() -> None:
    taken = Money(1_000_00, "EUR").share(250)
    assert taken == Money(25_00, "EUR")
    assert running_total_fee(Money(600_00, "EUR"), taken, 250) == Money(-10_00, "EUR")


def test_half_a_cent_is_rounded_away_from_zero() -> None:
    assert Money(20, "EUR").share(250) == Money(1, "EUR")
    assert Money(-20, "EUR").share(250) == Money(-1, "EUR")
    assert Money(19, "EUR").share(250) == Money(0, "EUR")


def test_twenty_four_and_a_half_tonnes_of_pellets() -> None:
    price = UnitPrice(Decimal("231.50"), "EUR", "t")
    assert price.times(Quantity(Decimal("24.52"), "t")) == Money(5_676_38, "EUR")
    assert price.times(Quantity(Decimal(24520), "kg")) == Money(5_676_38, "EUR")
    assert price.times(Quantity(Decimal(70), "bag_15kg")) == Money(243_08, "EUR")


def test_a_price_per_gigajoule_is_rounded_once() -> None:
    price = UnitPrice(Decimal(22), "EUR", "MWh")
    assert price.per("GJ") == UnitPrice(Decimal("6.1111"), "EUR", "GJ")
    assert price.times(Quantity(Decimal(3600), "GJ")) == Money(22_000_00, "EUR")


def test_yen_have_no_cents() -> None:
    assert currency_named("JPY").exponent == 0
    assert UnitPrice(Decimal("0.5"), "JPY", "kg").times(Quantity(Decimal(3), "kg")) == Money(2, "JPY")
    assert refusal(Money.of, Decimal("1.5"), "JPY") == "money.too_many_decimals"


def test_currencies_never_mix() -> None:
    euro, zloty = Money(1, "EUR"), Money(1, "PLN")
    assert refusal(lambda: euro + zloty) == "money.currencies_differ"
    assert refusal(lambda: euro < zloty) == "money.currencies_differ"
    assert refusal(Money, 1, "XXX") == "money.currency_unknown"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0", "price.not_positive"),
        ("-1", "price.not_positive"),
        ("1.00001", "price.too_many_decimals"),
        ("1.0000000000000000000000000000000000000001", "price.too_many_decimals"),
        ("1E-999999", "price.too_many_decimals"),
        ("1E+999999", "price.too_large"),
        ("NaN", "number.not_finite"),
        ("Infinity", "number.not_finite"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(amount: str, code: str) -> None:
    assert refusal(UnitPrice, Decimal(amount), "EUR", "t") == code


def test_tonnes_are_not_paid_per_megawatt_hour_without_a_calorific_value() -> None:
    by_energy = UnitPrice(Decimal(22), "EUR", "MWh")
    assert refusal(by_energy.times, Quantity(Decimal(1), "t")) == "quantity.no_fixed_conversion"
