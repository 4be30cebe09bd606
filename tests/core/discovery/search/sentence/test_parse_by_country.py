"""Amounts, countries, limits and days in the words that the trade of each country really writes."""

from __future__ import annotations

from datetime import date

import pytest

from core.catalogue.product_names import folded
from core.discovery.search.model import NEAR_KM
from tests.core.discovery.search.sentence.reading import CATALOGUE, read


@pytest.mark.parametrize(
    ("sentence", "language", "product", "quantity"),
    [
        ("20 t atro drewno opałowe", "pl", "firewood", "20 odt"),
        ("50 m³ nasypowe drewno opałowe", "pl", "firewood", "50 loose_m3"),
        ("50 m³ lite drewno opałowe", "pl", "firewood", "50 solid_m3"),
        ("10 suurkotti pelleteid", "et", "wood_pellets", "10 big_bag"),
        ("20 t puidupelletid", "et", "wood_pellets", "20 t"),
        ("20 absoluutkuiv t kuiv hake", "et", "wood_chips_dry", "20 odt"),
        ("50 bir. m³ malkos", "lt", "firewood", "50 loose_m3"),
        ("10 maišų po 15 kg medienos granulės", "lt", "wood_pellets", "10 bag_15kg"),
        ("50 cieš.m³ malka", "lv", "firewood", "50 solid_m3"),
        ("50 ster.m³ malka", "lv", "firewood", "50 stacked_m3"),
        ("20 ton TS torrflis", "sv", "wood_chips_dry", "20 odt"),
        ("10 storsäckar pellets", "sv", "wood_pellets", "10 big_bag"),
        ("5 pallboxar ved", "sv", "firewood", "5 pallet_crate"),
        ("40 säckar à 15 kg pellets", "sv", "wood_pellets", "40 bag_15kg"),
        ("50 t atro Trockenhackschnitzel", "de", "wood_chips_dry", "50 odt"),
        ("50 Srm trockene Hackschnitzel", "de", "wood_chips_dry", "50 loose_m3"),
    ],
)
def test_amounts_as_the_trade_of_each_country_says_them(
    sentence: str, language: str, product: str, quantity: str
) -> None:
    said = read(sentence, language)
    assert (said.product, str(said.quantity), said.rest) == (product, quantity, "")


@pytest.mark.parametrize("country", ["Leedu", "Leedus", "Lietuvoje", "Lietuvā"])
def test_a_country_is_no_town_of_a_similar_name(country: str) -> None:
    said = read(f"pelletid {country}", "et")
    assert (said.place, said.rest) == (None, country)
    assert CATALOGUE.country_named(folded(country)) == "LT"


@pytest.mark.parametrize("limit", ["por debajo de", "inferior a", "menos de"])
def test_a_limit_is_said_in_many_ways_in_spanish(limit: str) -> None:
    said = read(f"pellets {limit} 200 €/t", "es")
    assert (str(said.max_price), said.price) == ("200 EUR/t", None)


def test_near_and_bulk_in_the_words_of_the_trade() -> None:
    assert read("granulas Rīgas tuvumā", "lv").radius_km == NEAR_KM
    assert read("pellets lösvikt", "sv").packaging == ("bulk",)


def test_a_price_is_never_a_day() -> None:
    said = read("Pellets 215.50 €/t, 15.12.", "en")
    assert (str(said.price), said.window) == ("215.5 EUR/t", (date(2026, 12, 15), date(2026, 12, 15)))
    assert read("Pellets 15.12 €/t", "en").window is None
