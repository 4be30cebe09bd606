"""Typed values on the pages, read as people mean them."""

from __future__ import annotations

import pytest

from lab.stripe.pages.layout import minor_units, money


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("120.50", 12_050),
        ("120,5", 12_050),
        ("5,000", 500_000),
        ("1 234,56", 123_456),
        ("1.234,56", 123_456),
        ("12,345.67", 1_234_567),
        ("7", 700),
        ("0", None),
        ("-5", None),
        ("many", None),
        ("1.2345", None),
        ("", None),
    ],
)
def test_an_amount_is_read_as_it_is_meant(typed: str, amount: int | None) -> None:
    assert minor_units(typed) == amount


def test_an_amount_is_written_in_full() -> None:
    assert money(1_234_567, "eur") == "12,345.67 EUR"
