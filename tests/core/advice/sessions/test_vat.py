"""The VAT in our fee, by the consultant's country."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.advice.sessions.fee_vat import MarketVat, parts_of
from core.books.invoicing.rules import sums_of
from core.kernel.decimals import half_up
from core.kernel.money import Money

MARKET = MarketVat("LT", 2_100)


@pytest.mark.parametrize(
    ("country", "number", "treatment", "vat"),
    [
        ("LT", "LT119511515", "charged", 234),
        (None, None, "charged", 234),
        ("DE", None, "charged", 234),  # a consultant without a VAT number does not account for it
        ("DE", "DE136695976", "reversed", 0),
        ("GR", "EL094259216", "reversed", 0),
        ("CH", "CHE107787577IVA", "outside", 0),
    ],
)
def test_vat_treatment_follows_country_and_number(
    country: str | None, number: str | None, treatment: str, vat: int
) -> None:
    parts = parts_of(Money(1350, "EUR"), MARKET, country, number)
    assert (parts.treatment, parts.vat.minor, parts.fee.minor) == (treatment, vat, 1350 - vat)


@given(minor=st.integers(0, 10**9), rate=st.integers(0, 5_000))
def test_the_parts_add_up_and_the_vat_is_that_of_the_fee(minor: int, rate: int) -> None:
    parts = parts_of(Money(minor, "EUR"), MarketVat("LT", rate), "LT", None)
    assert parts.fee + parts.vat + parts.rounding == Money(minor, "EUR")
    assert abs(parts.rounding.minor) <= 1
    assert parts.vat.minor == half_up(Fraction(parts.fee.minor * rate, 10_000))


@given(minor=st.integers(0, 10**9), rate=st.integers(0, 5_000))
@example(minor=533, rate=2100)  # no net amount fits: 4.40 with its VAT is 5.32, and 4.41 with its VAT is 5.34
def test_the_card_says_what_the_invoice_says(minor: int, rate: int) -> None:
    parts, paper = parts_of(Money(minor, "EUR"), MarketVat("LT", rate), "LT", None), sums_of(minor, rate)
    assert (parts.fee.minor, parts.vat.minor, parts.rounding.minor) == (paper.net, paper.vat, paper.rounding)
