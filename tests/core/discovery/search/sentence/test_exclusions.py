"""Exclusions in each language: countries in every case of their names, towns, grades, certificates."""

from __future__ import annotations

from datetime import date

import pytest

from core.discovery.search.model import ParsedQuery
from core.discovery.search.service import parse
from tests.core.goods import catalogue, gazetteer


def read(text: str) -> ParsedQuery:
    return parse(text, catalogue(), gazetteer(), date(2026, 11, 22))


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
        "pellets, no Russia please",
        "pellets no de Rusia",
        "pélets que no sea de Rusia",
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


@pytest.mark.parametrize("text", ["Holzpellets ohne DINplus", "pellets without DIN plus", "pelet bez DINplus"])
def test_a_scheme_that_is_called_like_its_grade_is_left_out_with_it(text: str) -> None:
    assert read(text).left_out == ("grade:DINplus", "scheme:DINplus")


def test_several_are_left_out_together() -> None:
    assert read("pellets not from Riga or Vilnius").left_out == ("town:Riga", "town:Vilnius")
    assert read("pellets not from Poland and Kaunas").left_out == ("country:PL", "town:Kaunas")


@pytest.mark.parametrize(
    ("text", "unwanted", "place"),
    [
        ("firewood not oak valmiera", "word:oak", "Valmiera"),
        ("firewood w/o oak leeds", "word:oak", "Leeds"),
        ("träpellets utan gran växjö", "word:gran", "Växjö"),
        ("malkos ne eglė vilnius", "word:egle", "Vilnius"),
        ("pellet drzewny bez debu katowice", "word:debu", "Katowice"),
        ("sciures sans pin koln", "word:pin", "Cologne"),
        ("bûches sans bouleau tartu", "word:bouleau", "Tartu"),
        ("дрова без дуба львів", "word:дуба", "Lviv"),
        ("puidupellet ilma kuuseta tartu", "word:kuuseta", "Tartu"),
    ],
)
def test_a_kind_of_goods_that_is_not_wanted_leaves_the_place(text: str, unwanted: str, place: str) -> None:
    said = read(text)
    assert (said.left_out, said.place and said.place.name) == ((unwanted,), place)


@pytest.mark.parametrize(
    ("text", "expected", "unwanted"),
    [
        ("trociny bez kory poznan", "sawdust", {"bark"}),
        ("uco not animal fat finnland", "uco", {"animal_fat"}),
        ("pellets no sunflower riga", "wood_pellets", {"sunflower_husk_pellets"}),
        ("pellets keine sonnenblume bolzano", "wood_pellets", {"sunflower_husk_pellets"}),
        ("granulės ne saulėgrąžų ryga", "wood_pellets", {"sunflower_husk_pellets"}),
        ("wood pellets only, no straw riga", "wood_pellets", {"straw_bales", "straw_pellets"}),
        ("pelet ale nie ze słomy lublin", "wood_pellets", {"straw_bales", "straw_pellets"}),
        ("pelet ale nie pellet ze słomy", "wood_pellets", {"straw_pellets"}),
        ("солома, але не солом'яні пелети", "straw_bales", {"straw_pellets"}),
        ("holzpellets keine industriepellets hamburg", "wood_pellets", {"industrial_wood_pellets"}),
    ],
)
def test_other_goods_that_are_not_wanted(text: str, expected: str, unwanted: set[str]) -> None:
    said = read(text)
    assert (said.product, set(said.left_out)) == (expected, {f"product:{product}" for product in unwanted})


@pytest.mark.parametrize(
    "text", ["hackschnitzel ohne rinde graz", "zrebki bez kory poznan", "chips without bark tartu"]
)
def test_chips_without_bark_are_chips(text: str) -> None:
    said = read(text)
    assert set(said.alternatives) == {"wood_chips_dry", "wood_chips_industrial"}
    assert (said.left_out, said.rest) == (("product:bark",), "")
    assert said.place is not None


@pytest.mark.parametrize(
    ("text", "expected", "unwanted"),
    [
        ("wood pellets leeds, no bags", (), "bag"),
        ("granulés rennes pas en sacs", (), "bag"),
        ("granulas bez maisiem rīga", (), "bag"),
        ("pellets nur lose, keine sackware wien", ("bulk",), "bag"),
        ("pellets in bags not big bags leeds", ("bag",), "big_bag"),
    ],
)
def test_a_packing_that_is_not_wanted(text: str, expected: tuple[str, ...], unwanted: str) -> None:
    said = read(text)
    assert (said.product, said.packaging, said.left_out) == ("wood_pellets", expected, (f"packaging:{unwanted}",))
    assert said.place is not None


@pytest.mark.parametrize(
    "text", ["malka no ozola valmiera", "granulas no salmiem jelgava", "koka granulas no Latvijas", "pellets no later"]
)
def test_from_in_latvian_leaves_nothing_out(text: str) -> None:
    assert not read(text).left_out


def test_exclusion_picks_those_of_several_goods_with_that_name() -> None:
    said = read("wood chips, not industrial")
    assert "product:wood_chips_industrial" in said.left_out
    assert "product:wood_chips_dry" not in said.left_out
    assert read("firewood without oak or birch").left_out == ("word:oak", "word:birch")


@pytest.mark.parametrize(
    "text", ["pellets not too dry", "chips, not wet", "granulés sans poussière", "pellets pas cher"]
)
def test_other_words_are_not_left_out(text: str) -> None:
    assert not read(text).left_out


def test_unknown_word_after_not_keeps_the_place() -> None:
    said = read("chips not wet kaunas")
    assert (said.left_out, said.place and said.place.name) == ((), "Kaunas")


def test_a_name_behind_an_apostrophe_is_not_wanted_either() -> None:
    assert read("granulés pas d'Allemagne").left_out == ("country:DE",)
    assert read("pellet di legno, non dall'Ucraina").left_out == ("country:UA",)


@pytest.mark.parametrize("text", ["granulas no Polijas", "granulas no Polija", "koksnes granulas no Ukrainas"])
def test_the_latvian_from_leaves_nothing_out(text: str) -> None:
    assert read(text).left_out == ()


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("pellets sans bois recyclé à Nantes", "Nantes"),
        ("pellet senza legno riciclato a Milano", "Milan"),
        ("flis men inget returträ i Kraków", "Kraków"),
    ],
)
def test_foreign_and_before_a_town_ends_the_exclusion(text: str, town: str) -> None:
    said = read(text)
    assert said.place is not None
    assert (said.place.name, said.left_out) == (town, ("product:waste_wood",))


def test_foreign_and_continues_the_exclusion_of_like_things() -> None:
    assert read("zrębka bez kory i trocin").left_out == ("product:bark", "product:sawdust")
    assert read("pellet nie z Polski i Litwy").left_out == ("country:PL", "country:LT")


@pytest.mark.parametrize("text", ["küttepuud kaseta", "küttepuud ilma kaseta"])
def test_estonian_says_by_a_case_what_is_not_wanted(text: str) -> None:
    said = read(text)
    assert (said.product, said.left_out, said.rest) == ("firewood", ("word:kaseta",), "")
