"""The two readings of "1.200": the likely one for such goods counts, and written decimals stay."""

from __future__ import annotations

from functools import partial

import pytest

from config.platforms import PLATFORMS
from conversations.wording import Wordings
from core.catalogue.language.fields import parse_money, parse_quantity, parse_unit_price
from tests.core.discovery.search.sentence.reading import CATALOGUE, read, refusal

LANGUAGES = Wordings(PLATFORMS).languages()
SILENT = [language for language in LANGUAGES if language not in {"en", "de", "es", "it"}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_point_before_three_figures_parts_thousands_of_an_amount(language: str) -> None:
    assert str(read("1.000 t pellets", language).quantity) == "1000 t"
    assert str(read("12.500 MWh wood chips", language).quantity) == "12500 MWh"
    assert str(parse_quantity("24.000 kg", CATALOGUE, ("kg",), language=language)) == "24000 kg"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_price_keeps_its_decimals_unless_no_such_goods_are_so_cheap(language: str) -> None:
    def price(text: str, unit: str = "t") -> str:
        return str(parse_unit_price(text, CATALOGUE, default_currency="EUR", default_unit=unit, language=language))

    assert price("1.200 EUR/t") == price("1,200", "t") == "1200 EUR/t"
    assert price("1.234 EUR/l") == price("1,234 EUR/l") == "1.234 EUR/l"
    assert price("45.125 EUR/MWh") == price("45,125 EUR/MWh") == "45.125 EUR/MWh"
    assert price("215.505 EUR/t") == "215.505 EUR/t"
    assert price("12.500 SEK/t") == "12500 SEK/t"  # 1,110 EUR
    said = read("pellets under 1.200", language)
    assert (str(said.max_price), said.unclear) == ("1200 EUR/t", ())
    said = read("pellets 1.000-1.200 eur/t", language)
    assert (str(said.min_price), str(said.max_price)) == ("1000 EUR/t", "1200 EUR/t")


def test_weight_of_a_truck_is_read_as_the_language_writes_it() -> None:
    def amount(text: str, language: str, *, weighed: bool = False) -> str:
        return str(parse_quantity(text, CATALOGUE, ("t", "kg"), language=language, weighed=weighed))

    assert amount("24.520 t", "en") == "24.52 t"
    assert amount("20.000 t", "en") == "20000 t"
    assert amount("24.520 t", "de") == "24520 t"
    assert {refusal(partial(amount, "24.520 t", each)).code for each in SILENT} == {"number.ambiguous"}
    assert amount("24,520 t", "de") == "24.52 t"
    # On the ticket of a truck; for a ship the language decides.
    assert {amount("24.520 t", each, weighed=True) for each in LANGUAGES} == {"24.52 t"}
    assert amount("8.480 t", "en", weighed=True) == "8.48 t"
    assert amount("24.520 kg", "en", weighed=True) == "24520 kg"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sum_of_money_has_no_third_decimal(language: str) -> None:
    assert parse_money("10.000", CATALOGUE, default_currency="EUR", language=language).minor == 1_000_000
    assert parse_money("1,200 €", CATALOGUE, default_currency="EUR", language=language).minor == 120_000


def test_without_a_rate_the_language_decides() -> None:
    def price(language: str) -> str:
        return str(
            parse_unit_price("8.500 UAH/t", CATALOGUE, default_currency="EUR", default_unit="t", language=language)
        )

    assert (price("en"), price("de")) == ("8.5 UAH/t", "8500 UAH/t")
    assert refusal(lambda: price("uk")).code == "number.ambiguous"
