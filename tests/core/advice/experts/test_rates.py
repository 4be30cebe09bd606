"""A consultant's rate: no less than a payment's minimum in its currency, and no more than one payment holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.advice.experts.model import Basis, Rate
from core.advice.experts.rules import check_rate
from core.kernel.errors import Invalid
from core.kernel.lot_sizes import largest_payment
from core.kernel.money import CURRENCIES, Money
from lab.stripe.amounts import CURRENCIES as TAKEN

LENGTHS = (15, 30, 45, 60, 90)


@given(
    basis=st.sampled_from(("session", "minute")),
    minor=st.integers(1, 10**8),
    currency=st.sampled_from(sorted(CURRENCIES)),
    lengths=st.lists(st.sampled_from(LENGTHS), min_size=1, unique=True),
)
def test_a_rate_that_is_taken_can_be_held_and_charged(
    basis: Basis, minor: int, currency: str, lengths: list[int]
) -> None:
    try:
        check_rate(Rate(basis=basis, minor=minor, currency=currency), lengths)
    except Invalid:
        return
    by_minute = basis == "minute"
    shortest, longest = ((min(lengths) - 10) * minor, max(lengths) * minor) if by_minute else (minor, minor)
    assert longest <= largest_payment(currency).minor
    taken = TAKEN.get(currency.lower())
    assert taken is None or shortest >= taken.least


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        (Rate(basis="session", minor=99, currency="EUR"), "expert.rate_too_low", Money(100, "EUR")),
        (Rate(basis="session", minor=10_000_01, currency="EUR"), "expert.rate_out_of_reach", Money(10_000_00, "EUR")),
        (Rate(basis="session", minor=100_00, currency="HUF"), "expert.rate_too_low", Money(400_00, "HUF")),
        (Rate(basis="minute", minor=50_000_00, currency="HUF"), "expert.rate_out_of_reach", Money(11_111_11, "HUF")),
    ],
)
def test_lowest_and_highest_rate_are_told_in_their_currency(asked: Rate, code: str, told: Money) -> None:
    with pytest.raises(Invalid) as refused:
        check_rate(asked, (30, 90))
    assert refused.value.code == code
    assert told in refused.value.parts.values()


def test_an_hour_of_advice_in_forints_can_be_asked_for() -> None:
    check_rate(Rate(basis="session", minor=35_000_00, currency="HUF"), (60,))
