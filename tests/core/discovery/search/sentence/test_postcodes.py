"""Postcodes are the towns that they are of, counties those in the middle of them; amounts and grades are neither."""

from __future__ import annotations

from datetime import date

import pytest

from core.catalogue.language.places import distance_km, load_places
from core.discovery.search.model import ParsedQuery
from core.discovery.search.service import parse
from tests.core.goods import FOLDER, catalogue

FILES = ("places.csv", "towns.csv", "town_names.csv", "counties.csv", "postcodes.csv")
PLACES = load_places(*(FOLDER / each for each in FILES))


def read(text: str, language: str = "en") -> ParsedQuery:
    return parse(text, catalogue(), PLACES, date(2026, 11, 22), language)


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("UCO LV-1010", "Riga"),
        ("pellets LV 3401", "Liepāja"),
        ("LT-44250 granulės", "Kaunas"),
        ("pellets DE-80331", "Munich"),
        ("D-04109 Pellets", "Leipzig"),
        ("zrębka 44-100", "Gliwice"),
        ("PL-00-950 malku", "Warsaw"),
        ("411 01 flis", "Göteborg"),
        ("SE-352 30 flis", "Växjö"),
        ("pellets NR1 3PA", "Norwich"),
        ("EX1 1AA logs", "Exeter"),
        ("PKS T12 W8KX", "Cork"),
        ("A-8010 Hackgut", "Graz"),
        ("granulés de bois 33000", "Bordeaux"),
        ("Holzpellets 04109", "Leipzig"),
        ("дрова 79000", "Lviv"),
        ("cippato 39100", "Bolzano"),
    ],
)
def test_a_postcode_is_the_town_that_it_is_of(text: str, town: str) -> None:
    said = read(text)
    assert said.place is not None
    assert (said.place.name, said.countries, said.rest) == (town, (), "")
    assert said.product or said.alternatives


def test_five_figures_fall_back_to_the_country_of_the_language() -> None:
    said = read("pellets 80331", "de")
    assert said.place is not None
    assert said.place.name == "Munich"
    assert read("pellets 80331").place is None


def test_a_town_that_is_named_counts_before_its_postcode() -> None:
    said = read("44-100 Gliwice zrębka")
    assert said.place is not None
    assert (said.place.name, said.place_as_written) == ("Gliwice", "Gliwice")


@pytest.mark.parametrize(
    "text",
    [
        "pellets 20-200 t",
        "Holzpellets 12-100 t",
        "pellets 100-200 eur",
        "Holzpellets 20000",
        "A1 5kg pellets",
        "A1 2027 pellets",
        "wood chips P31 2027",
        "pellets 2027",
        "B100 5000 t",
    ],
)
def test_amounts_grades_and_years_are_no_postcodes(text: str) -> None:
    assert read(text).place is None


@pytest.mark.parametrize(
    ("text", "county", "middle"),
    [
        ("firewood Norfolk", "Norfolk", "Norwich"),
        ("Hackschnitzel Oberbayern", "Oberbayern", "Munich"),
        ("plaquettes Gironde", "Gironde", "Bordeaux"),
        ("pellets Co Kerry", "County Kerry", "Tralee"),
        ("pellets Baranya", "Baranya", "Pécs"),
        ("UCO Dobrudja", "Dobrogea", "Constanța"),
    ],
)
def test_a_county_is_looked_for_around_the_town_in_its_middle(text: str, county: str, middle: str) -> None:
    place = read(text).place
    assert place is not None
    assert place.name == county
    town = PLACES.named(middle)[0]
    assert distance_km(place.lat, place.lon, town.lat, town.lon) == 0


def test_a_place_is_never_called_by_the_county_around_it() -> None:
    assert PLACES.nearest(52.63, 1.3).name == "Norwich"
