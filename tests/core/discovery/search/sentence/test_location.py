"""Where goods are: countries and towns by all their names, said in a search or only in a document's text."""

from __future__ import annotations

from typing import Any

import pytest

from core.discovery.search.filters import loose_query
from tests.core.discovery.search.batch import KAUNAS, TODAY, WIEN, expert, found, listing
from tests.core.discovery.search.sentence.reading import read
from tests.core.goods import catalogue, gazetteer


def countries(sentence: str) -> list[str]:
    """The countries that a search over goods and advisers alike looks for."""
    query = loose_query(read(sentence), catalogue(), gazetteer(), lambda _: False, TODAY)
    return [term.removeprefix("country:") for word in query.words for term in word.also if term.startswith("country:")]


@pytest.mark.parametrize(
    ("sentence", "country"),
    [
        ("wood pellets United Kingdom", "GB"),
        ("granulés Royaume-Uni", "GB"),
        ("pelet z Wielkiej Brytanii", "GB"),
        ("пелети у Великій Британії", "GB"),
        ("puidupellet Suurbritannia", "GB"),
        ("pellets from the UK", "GB"),
        ("granulas Lielbritānijā", "GB"),
        ("paja Países Bajos", "NL"),
        ("paglia Paesi Bassi", "NL"),
        ("pellets Czech Republic", "CZ"),
        ("pelety w Czechach", "CZ"),
        ("biomasa República Checa", "CZ"),
        ("trociny z Włoch", "IT"),
        ("puidupellet Itaalias", "IT"),
        ("Pellets aus Polsn", "PL"),
        ("пелети в Італії", "IT"),
        ("HKN Biomethan Italien", "IT"),  # no French for Italian
        ("pellets Bosnia y Herzegovina", "BA"),
        ("PKS, supplier based in Spain", "ES"),  # no typo of "shell"
        ("sansa di oliva, Polonai", "PL"),
    ],
)
def test_a_country_is_known_by_any_name_of_it(sentence: str, country: str) -> None:
    assert countries(sentence) == [country]
    assert read(sentence).place is None


def test_a_language_is_spoken_where_no_goods_are_named() -> None:
    assert (read("consultant parlant italien").speaks, read("pellets italien").speaks) == ("it", None)


def test_goods_of_the_country_come_before_the_same_goods_elsewhere() -> None:
    rows = [
        *(listing(f"many{n}", "malkos", product="firewood", **WIEN) for n in range(60)),
        *(listing(f"far{n}", "rare sawdust", product="sawdust", created="2026-11-20", **KAUNAS) for n in range(10)),
        *(listing(f"there{n}", "serrín", product="sawdust", **WIEN) for n in range(5)),
    ]
    assert all(name.startswith("there") for name in found(rows, "rare sawdust Austria")[:5])


def test_common_goods_further_away_come_before_others_of_the_town() -> None:
    rows = [
        *(listing(f"bark{n}", "Rinde", product="bark", created="2026-11-20", **WIEN) for n in range(30)),
        *(listing(f"pellets{n}", "pellets", product="wood_pellets", **KAUNAS) for n in range(300)),
        listing("there", "pellets", product="wood_pellets", **WIEN),
    ]
    first, *others = found(rows, "Pellets Wien")
    assert first == "there"
    assert all(name.startswith("pellets") for name in others)


@pytest.mark.parametrize(
    ("sentence", "place", "km"),
    [
        ("elephant grass porto", "Porto", None),
        ("granules bois 150km porto", "Porto", 150),
        ("pelet drzewny łódź +150 km", "Łódź", 150),
        ("шукаю пелети до 50 км від харкова", "Kharkiv", 50),
        ("pellets a 80 kilómetros de Sevilla", "Sevilla", 80),
        ("wood pellets Valmmiera +200km", "Valmiera", 200),
        ("рисове лушпиння бургас", "Burgas", None),  # and no typo of Burgos
        ("трачыння Ювяскюля", "Jyväskylä", None),
        ("sansa di oliva", None, None),  # the material of goods is no town behind "of"
        ("Pellets gesucht. Olita", "Alytus", None),
        ("peat moss", None, None),
    ],
)
def test_a_town_is_known_where_it_can_be_nothing_else(sentence: str, place: str | None, km: int | None) -> None:
    said = read(sentence)
    assert (said.place and said.place.name, said.radius_km, said.max_price) == (place, km, None)


@pytest.mark.parametrize(
    "text",
    [
        "Familienbetrieb, liefern auch nach Kaunas. Ab Lager Wien.",
        "family firm in Vienna. Up to 100 t per quarter",  # Quarto is a town
        "vežame ir į Kauną; prie Vienos",
        "skład Wiedeń; dostawa do Kowna",
        "Sofia Müller, Wien",
        "sede a Vienna, offre segatura di qualità",
        "Відень, є 20 т, доставка Каунас",
    ],
)
@pytest.mark.parametrize("fields", [{}, {"city": "Ungenanntdorf"}])
def test_a_town_that_only_the_text_names_is_where_the_goods_are(text: str, fields: dict[str, Any]) -> None:
    rows = [
        *(listing(f"far{n}", "segatura", product="sawdust", created="2026-11-20", **KAUNAS) for n in range(12)),
        listing("there", "segatura", product="sawdust", **fields) | {"text": text},
    ]
    assert found(rows, "sawdust within 50 km of Tulln")[0] == "there"
    assert found(rows, "sawdust Austria")[0] == "there"


def test_an_adviser_is_where_the_profile_says() -> None:
    rows = [
        *(expert(f"far{n}", "Customs broker", "Tariffs. Kaunas.") for n in range(3)),
        expert("there", "Customs broker", "Tariffs. Wien."),
    ]
    assert found(rows, "customs broker Wien")[0] == "there"
    assert found(rows, "customs broker Österreich")[0] == "there"
