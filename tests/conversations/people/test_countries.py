"""Country questions of a company's profile: countries of the trade come first, and the VAT number is beside them."""

from __future__ import annotations

import pytest
from babel import Locale

from conversations.people.countries import countries_like
from conversations.people.registration import PROFILE
from tests.core.goods import catalogue

TRADE = catalogue().countries


@pytest.mark.parametrize(
    ("language", "part", "first"),
    [
        ("pl", "Pol", ["PL", "PF"]),  # Polska, Polinezja Francuska
        ("pl", "pols", ["PL"]),
        ("en", "Uni", ["GB", "US", "AE"]),  # the Emirates are not of the trade
        ("de", "oster", ["AT"]),
    ],
)
def test_countries_of_the_trade_are_offered_before_others_that_begin_alike(
    language: str, part: str, first: list[str]
) -> None:
    assert [each.value for each in countries_like(part, Locale.parse(language), TRADE)][: len(first)] == first


def test_a_union_is_no_country() -> None:
    assert "EU" not in [each.value for each in countries_like("European Union", Locale.parse("en"), TRADE)]


def test_the_first_window_asks_for_the_vat_number_beside_the_country() -> None:
    """Check that the field applies before the country is known.

    Otherwise it would be asked for in the second window, after the first invoice.
    """
    (asked,) = [each for each in PROFILE.fields if each.name == "vat_number"]
    assert asked.applies({})
    assert asked.optional
