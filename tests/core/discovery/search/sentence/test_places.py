"""Towns by any of their names: those of the trade however they are spelt, all others as they are."""

from __future__ import annotations

import pytest

from core.catalogue.language.fields import parse_place
from core.catalogue.language.places import distance_km, load_places
from tests.core.discovery.search.sentence.reading import refusal
from tests.core.goods import FOLDER, catalogue

CATALOGUE = catalogue()
PLACES = load_places(*(FOLDER / each for each in ("places.csv", "towns.csv", "town_names.csv")))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("riga", "Riga"),
        ("Rygoje", "Riga"),
        ("Lwów", "Lviv"),
        ("Києві", "Kyiv"),
        ("Danzig", "Gdańsk"),
        ("Rotterdm", "Rotterdam"),
        ("Klaipeda", "Klaipėda"),
        ("Anvers", "Antwerp"),
        ("Brest, BY", "Brest"),
    ],
)
def test_places_by_their_many_names(text: str, name: str) -> None:
    assert parse_place(text, PLACES).name == name


def test_places_that_are_unknown_or_shared() -> None:
    assert parse_place("Brest, BY", PLACES).zone == "Europe/Minsk"
    assert parse_place("Brest, FR", PLACES).zone == "Europe/Paris"
    assert refusal(lambda: parse_place("Atlantis", PLACES)).code == "place.unknown"


def test_riga_is_as_far_from_kaunas_as_the_map_says() -> None:
    riga, kaunas = parse_place("Riga", PLACES), parse_place("Kaunas", PLACES)
    assert round(distance_km(riga.lat, riga.lon, kaunas.lat, kaunas.lon)) == 228
    assert distance_km(riga.lat, riga.lon, riga.lat, riga.lon) == 0


def test_the_gazetteer_lies_where_it_should() -> None:
    assert len(PLACES.well_known) > 500
    assert len(PLACES.all) > 10_000
    assert len({(place.name, place.country) for place in PLACES.all}) == len(PLACES.all)
    for place in PLACES.all:
        assert -90 <= place.lat <= 90
        assert -180 <= place.lon <= 180
        assert "/" in place.zone
        assert len(place.country) == 2


def test_any_town_is_known_and_only_those_of_the_trade_by_a_slip_anywhere() -> None:
    assert [place.country for place in PLACES.named("Wolfenbüttel")] == ["DE"]
    assert PLACES.nearly("wolfenbuttl") == PLACES.like("wolfenbuttl") == ()  # among so many, any word resembles one
    assert PLACES.meant("wolfenbuttl") == PLACES.named("Wolfenbüttel")  # where a place is asked for
    assert [place.name for place in PLACES.nearly("rotterdm")] == ["Rotterdam"]
    assert PLACES.beginning("riga")[0].name == "Riga"
    assert PLACES.nearest(54.70, 25.30).name == "Vilnius"
    assert PLACES.nearest(52.17, 10.54).name == "Wolfenbüttel"


def test_no_word_of_the_trade_is_a_town_without_being_said_to_be_one() -> None:
    words = {*CATALOGUE.name_index.vocabulary, *CATALOGUE.synonyms.words}
    taken = [place.name for word in words for place in PLACES.named(word)[:1] if not place.everyday_word]
    assert [name for name in taken if name not in {place.name for place in PLACES.well_known}] == []


def test_a_town_is_called_as_its_reader_calls_it_and_found_by_every_such_name() -> None:
    warsaw, munich, lviv = (PLACES.named(name)[0] for name in ("Warsaw", "Munich", "Lviv"))
    assert [warsaw.called(each) for each in ("en", "de", "pl", "lt", "uk")] == [
        "Warsaw", "Warschau", "Warszawa", "Varšuva", "Варшава",
    ]  # fmt: skip
    assert (munich.called("de"), munich.called("it"), lviv.called("uk")) == ("München", "Monaco di Baviera", "Львів")
    assert PLACES.called("Ivano-Frankivsk", "UA", "uk") == "Івано-Франківськ"
    assert PLACES.called("Kaunas", "LT", "pl") == "Kowno"
    assert PLACES.called("Wolfenbüttel", "DE", "uk") == "Wolfenbüttel"  # it has no other spelling
    assert PLACES.called("Nowhere", "DE", "de") == "Nowhere"
    for place in PLACES.well_known:
        assert all(place in PLACES.named(name) for name in place.in_languages.values()), place.in_languages


def test_a_ukrainian_town_is_known_by_its_own_name() -> None:
    """The towns' own names were once missing: "Умань" was found in Belgium."""
    for own, name in (("Умань", "Uman"), ("Донецьк", "Donetsk"), ("Бровари", "Brovary"), ("Конотоп", "Konotop")):
        town = PLACES.named(own)[0]
        assert (town.name, town.called("uk")) == (name, own)
    assert PLACES.called("Sonyachnyi", "UA", "uk") == "Sonyachnyi"  # its own name is not known
