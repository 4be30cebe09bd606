"""What is not wanted is read in each language: countries in every case of their names, towns, grades, certificates."""

from __future__ import annotations

from datetime import date

import pytest

from config.settings import CATALOGUE
from core.search.sentence.parse import Understood, parse
from core.search.sentence.places import load_places
from tests.core.goods import catalogue

PLACES = load_places(CATALOGUE / "places.csv")


def read(text: str) -> Understood:
    return parse(text, catalogue(), PLACES, date(2026, 11, 22))


@pytest.mark.parametrize(
    "text",
    [
        "pellets not from Russia",
        "Pellets nicht aus Russland",
        "granulés sauf Russie",
        "pelet nie z Rosji",
        "pellet bez Rosji",
        "granulės ne iš Rusijos",
        "granulas ne no Krievijas",
        "pelletid mitte Venemaalt",
        "пелети не з Росії",
    ],
)
def test_a_country_that_is_not_wanted(text: str) -> None:
    assert (read(text).left_out, read(text).rest) == (("country:RU",), "")


@pytest.mark.parametrize(
    "text",
    [
        "pellets but not Kaunas",
        "not kaunas pellets",
        "pellets, not near Kaunas",
        "Pellets aber nicht Kaunas",
        "pelety, ale nie z Kowna",
        "granulės ne iš Kauno",
        "пелети, але не з Каунаса",
    ],
)
def test_a_town_that_is_not_wanted(text: str) -> None:
    said = read(text)
    assert (said.product, said.left_out, said.place, said.rest) == ("wood_pellets", ("town:Kaunas",), None, "")


def test_several_are_left_out_together() -> None:
    assert read("pellets not from Riga or Vilnius").left_out == ("town:Riga", "town:Vilnius")
    assert read("pellets not from Poland and Kaunas").left_out == ("country:PL", "town:Kaunas")


@pytest.mark.parametrize("text", ["pellets not too dry", "pellets without bark", "chips, not wet"])
def test_other_words_are_not_left_out(text: str) -> None:
    assert not read(text).left_out
