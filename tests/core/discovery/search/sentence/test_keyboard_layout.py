"""A sentence typed in the other keyboard layout: read by its keys if it means nothing as written."""

from __future__ import annotations

import pytest

from core.discovery.search.sentence.keyboard_layout import retyped
from tests.core.discovery.search.sentence.reading import CATALOGUE, PLACES, read


def meant(text: str) -> str:
    return retyped(text, CATALOGUE, PLACES)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("gtktnb ,skz Kmdjdf", "пелети біля Львова"),
        ("nhscrf", "тріска"),
        ("regk. 200 njyy lhjd lj 100 'dhj pf n e Rb'ds", "куплю 200 тонн дров до 100 євро за т у Києві"),
        ("gtktnb F1", "пелети А1"),
        ("gtktnb? Kmdsd", "пелети, Львів"),  # where the comma of a Ukrainian keyboard is
        ("gtktnb, Kmdsd.", "пелети, Львів."),  # and of one who looked for it on the other
        ("gtktnb 10?5 n", "пелети 10,5 т"),
        ("ikfr e rjnks", "шлак у котлі"),
        ("зуддуеі", "pellets"),
        ("зуддуеы Кшпф", "pellets Riga"),  # by a Russian layout
        ("зуддуеі Ф1 200 е туфк Кшпф", "pellets A1 200 t near Riga"),
        ("рщдярфслысртшеяуд", "holzhackschnitzel"),
    ],
)
def test_a_sentence_in_the_wrong_layout_is_read_by_its_keys(typed: str, sentence: str) -> None:
    assert meant(typed) == sentence


def test_retyped_sentence_is_understood() -> None:
    said = read(meant("200 n gtktn F1 ,skz Kmdjdf"))
    assert said.place is not None
    assert (said.product, said.grade, str(said.quantity), said.place.name) == (
        "wood_pellets",
        "ENplus_A1",
        "200 t",
        "Lviv",
    )


@pytest.mark.parametrize(
    "written",
    [
        "pellets",
        "pelelts kauns",  # typos are no other layout
        "gtktnb Kaunas",  # one word has a meaning as written
        "holzbrikett nürnberg",
        "пелети біля Львова",
        "пелети Kaunas",
        "шукаю gtktnb",
        "Лісовик",
        "UCO",
        "FSC A1",
        "ENplus",
        "ГСЩ",  # three letters may be any code
        "qwertz asdf",
        "Baltyk sp",
        "йцукен",
        "200",
        "",
        "[];'",
    ],
)
def test_sentence_in_its_own_letters_stays(written: str) -> None:
    assert meant(written) == ""


def test_names_of_the_gazetteer_are_no_words_of_the_other_layout() -> None:
    names = {name for place in PLACES.all for name in (place.name, *place.other_names)}
    assert not [name for name in names if meant(name)]
