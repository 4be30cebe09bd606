"""Regions: their names in each language, and the towns in them."""

from __future__ import annotations

from datetime import date

import pytest

from config.reference import reference
from core.catalogue.product_names import folded
from core.discovery.search.service import index_rows, parse

CATALOGUE, PLACES = reference()
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        *(("Bayern", "DE-BY"), ("Bavaria", "DE-BY"), ("Bawarii", "DE-BY"), ("Баварії", "DE-BY"), ("NRW", "DE-NW")),
        *(("Sachsen", "DE-SN"), ("Sachsen Anhalt", "DE-ST"), ("Lower Saxony", "DE-NI")),
        *(("Mazowszu", "PL-14"), ("mazowieckie", "PL-14"), ("Bretagne", "FR-BRE"), ("Alto Adige", "IT-32")),
        *(("Grande Bretagne", "GB"), ("Scotland", "GB-SCT"), ("pays de Galles", "GB-WLS"), ("Pays-Bas", "NL")),
        *(("Львівська область", "UA-46"), ("Львівщині", "UA-46"), ("Kurzemē", "LV-X-KURZEME"), ("Skåne", "SE-M")),
        *(("Baltics", "BALTICS"), ("krajach bałtyckich", "BALTICS"), ("granulés bretagne", None)),
    ],
)
def test_a_region_is_known_by_its_names_in_any_language_and_case(said: str, code: str | None) -> None:
    assert CATALOGUE.area_named(folded(said).replace("-", " ")) == code


def test_a_region_of_one_country_names_that_country_and_several_name_none() -> None:
    assert CATALOGUE.country_named("scotland") == "GB"
    assert CATALOGUE.country_named("bayern") == "DE"
    assert CATALOGUE.country_named("baltics") is None


@pytest.mark.parametrize(
    ("town", "regions"),
    [
        ("Passau", {"DE-BY", "DACH"}),
        ("Riga", {"LV-X-VIDZEME", "LV-X-PIERIGA", "BALTICS"}),
        ("Liepāja", {"LV-X-KURZEME", "BALTICS"}),
        ("Leeds", {"GB-X-YORKSHIRE"}),
        ("Graz", {"AT-6", "DACH"}),
        ("Aarhus", {"DK-X-JYLLAND", "SCANDINAVIA", "NORDICS"}),
    ],
)
def test_a_town_lies_in_its_regions(town: str, regions: set[str]) -> None:
    place = PLACES.named(town)[0]
    assert set(CATALOGUE.areas_at(place.country, place.lat, place.lon)) == {place.country, *regions}
    # A yard beside it does too. A place of which only the country is known lies in the regions of that country.
    assert regions <= set(CATALOGUE.areas_at(place.country, place.lat + 0.01, place.lon))
    assert set(CATALOGUE.areas_at(place.country, None, None)) <= {place.country, *regions}


def test_every_region_has_towns_and_every_towns_region_is_known() -> None:
    known = CATALOGUE.regions.by_code
    lying = {code for place in PLACES.all for code in CATALOGUE.areas_at(place.country, place.lat, place.lon)[1:]}
    assert lying == known.keys()


def test_no_region_is_called_like_goods_a_town_or_a_word_of_a_sentence() -> None:
    words = {folded(word) for said in CATALOGUE.words.phrases.values() for each in said.values() for word in each}
    names = {folded(name) for region in CATALOGUE.regions.by_code.values() for name in region.names}
    assert names.isdisjoint(words | set(CATALOGUE.name_index.vocabulary))
    assert [name for name in names if PLACES.knows(name)] == []


def test_its_name_is_told_in_the_readers_language() -> None:
    called = CATALOGUE.regions.called
    assert (called("DE-BY", "en"), called("DE-BY", "lt"), called("DE-BY", "sv")) == ("Bavaria", "Bavarija", "Bayern")
    assert called("DE", "en") is None


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("holzpellets bayern", {"passau"}),
        ("pellets in bavaria", {"passau"}),
        ("pellets DE", {"passau", "hamburg"}),
        ("granulés bretagne", {"rennes"}),
        ("wood pellets scotland", {"perth"}),
        ("pellets pays-bas", {"rotterdam"}),
        ("pelet mazowsze", {"warszawa"}),
    ],
)
def test_a_file_is_searched_by_region_and_by_the_code_of_a_country(query: str, best: set[str]) -> None:
    towns = {"Passau": "DE", "Hamburg": "DE", "Rennes": "FR", "Perth": "GB", "Leeds": "GB", "Rotterdam": "NL"}
    towns |= {"Warszawa": "PL", "Bari": "IT", "Poznań": "PL"}
    rows = [
        {"id": town.lower(), "kind": "listing", "title": "Pellets", "text": "", "product": "wood_pellets"}
        | {"city": town, "country": country}
        for town, country in towns.items()
    ]
    assert set(index_rows(rows, *reference(), TODAY).search(query)[: len(best)]) == best


def test_capitals_alone_make_no_country_of_a_small_word() -> None:
    assert parse("PELLETS IN BULK DE KAUNAS", CATALOGUE, PLACES, TODAY).rest == ""
