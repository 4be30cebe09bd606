"""Short names and chat words: one word for chips, certificates in small letters, the year's end."""

from __future__ import annotations

from datetime import date

import pytest

from config.settings import CATALOGUE
from core.catalogue.language.places import load_places
from core.discovery.search.model import ParsedQuery
from core.discovery.search.service import parse
from tests.core.goods import catalogue

PLACES = load_places(CATALOGUE / "places.csv")
TODAY = date(2026, 11, 22)


def read(text: str) -> ParsedQuery:
    return parse(text, catalogue(), PLACES, TODAY)


@pytest.mark.parametrize("text", ["malkos iki metų galo", "malkos iki metu galo kaunas"])
def test_the_end_of_the_year_is_a_window_in_lithuanian(text: str) -> None:
    said = read(text)
    assert said.window is not None
    assert (said.product, said.window.last, said.rest) == ("firewood", date(2026, 12, 31), "")


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("schnitzel graz", {"wood_chips_dry", "wood_chips_industrial"}),
        ("рисова лузга", {"rice_husk"}),
        ("biogaasi päritolutunnistused tallinn", {"biomethane_go"}),
        ("biomethane go", {"biomethane_go"}),
        ("biomethane", {"biomethane"}),
    ],
)
def test_goods_by_a_word_of_a_chat(text: str, goods: set[str]) -> None:
    said = read(text)
    assert {said.product, *said.alternatives} - {None} == goods
