"""The purpose of goods ("for our heating plant") decides neither which goods nor which advisers are found."""

from __future__ import annotations

from datetime import date

import pytest

from core.discovery.search.model import ParsedQuery
from core.discovery.search.service import parse
from tests.core.discovery.search.batch import is_for_adviser
from tests.core.goods import catalogue, gazetteer

FOR_US = {
    "en": "max 210 EUR/t pellets around Kaunas, for our heating plant",
    "de": "suche 20 t Holzpellets für unser Heizwerk",
    "fr": "cherche 20 t granulés de bois pour notre chaufferie",
    "es": "busco 20 t pellets de madera para nuestra caldera",
    "pl": "kupię 20 t pellet drzewny do naszej kotłowni",
    "lt": "perku 20 t medienos granulių mūsų katilinei",
    "lv": "pērku 20 t kokskaidu granulas mūsu katlumājai",
    "et": "ostan 20 t puidupelletit meie katlamajale",
    "it": "cerco 20 t pellet di legno per la nostra centrale",
    "sv": "köper 20 t träpellets till vårt värmeverk",
    "uk": "куплю 20 т деревних пелет для нашої котельні",
}


def read(text: str) -> ParsedQuery:
    return parse(text, catalogue(), gazetteer(), date(2026, 11, 21))


@pytest.mark.parametrize("language", FOR_US)
def test_purpose_of_goods_is_left_out(language: str) -> None:
    said = read(FOR_US[language])
    assert "wood_pellets" in (said.product, *said.alternatives)
    assert said.rest == ""
    assert not is_for_adviser(FOR_US[language])


def test_a_purpose_need_not_be_known_and_what_is_said_behind_it_counts() -> None:
    said = read("20 t wood pellets for our members in Kaunas")
    assert (said.product, said.rest) == ("wood_pellets", "")
    assert said.place is not None
    assert said.place.name == "Kaunas"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("we need 20 t for our pellet customers", "customers"),  # no goods beside it
        ("our boiler keeps going out with 100 t of chips", "boiler"),  # it is the boiler that is wrong
        ("consultant for our boiler, 3 t of pellets", "boiler"),
        ("pellets for our boiler", "boiler"),  # no word asks for them
    ],
)
def test_elsewhere_it_may_be_what_is_asked_about(text: str, kept: str) -> None:
    said = read(text)
    assert kept in f"{said.rest} {said.named}"
