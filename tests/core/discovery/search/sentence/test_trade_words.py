"""Words of the trade in Britain, Ireland and America: their goods, and goods that are not traded here."""

from __future__ import annotations

import pytest

from core.discovery.search.model import NOT_TRADED
from tests.core.discovery.search.sentence.reading import read


@pytest.mark.parametrize(
    ("said", "product"),
    [
        ("heat logs", "wood_briquettes"),
        ("heatlogs", "wood_briquettes"),
        ("300 heat log crates near Dublin", "wood_briquettes"),
        ("night briquettes", "wood_briquettes"),
        ("night logs", "wood_briquettes"),
        ("eco fire logs", "wood_briquettes"),
        ("wood bricks", "wood_briquettes"),
        ("kiln dried logs", "firewood"),
        ("seasoned hardwood logs", "firewood"),
        ("brash", "wood_chips_industrial"),
        ("brash bales", "wood_chips_industrial"),
        ("arb chip", "wood_chips_industrial"),
        ("arb arisings", "wood_chips_industrial"),
        ("hog fuel", "hog_fuel"),
        ("waste wood grade C", "waste_wood"),
        ("yellow grease", "uco"),
        ("choice white grease", "animal_fat"),
        ("lard", "animal_fat"),
        ("PKS", "pks"),
        ("black pellets", "torrefied_pellets"),
    ],
)
def test_a_word_of_the_trade_is_of_its_goods(said: str, product: str) -> None:
    assert read(said).product == product


def test_virgin_chip_is_of_either_wood_chips() -> None:
    assert set(read("virgin chip").alternatives) == {"wood_chips_dry", "wood_chips_industrial"}


@pytest.mark.parametrize("said", ["cat 3 tallow", "tallow cat. 3", "category 3 tallow", "Tierfett Cat 3"])
def test_a_category_of_fat_is_known_in_short(said: str) -> None:
    understood = read(said)
    assert (understood.product, understood.grade, understood.rest) == ("animal_fat", "ABP_Cat3", "")


@pytest.mark.parametrize("said", ["heat", "overnight delivery", "over", "our stove", "ecology", "logging", "night"])
def test_an_everyday_word_of_such_a_name_is_no_goods(said: str) -> None:
    understood = read(said)
    assert (understood.product, understood.alternatives) == (None, ())


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("EFB pellets", "EFB pellets"),
        ("500 t bagasse pellets to Rotterdam", "bagasse pellets"),
        ("empty fruit bunches", "empty fruit bunches"),
        ("pellets of bagasse", "pellets of bagasse"),
        ("peat briquettes", "peat briquettes"),
        ("durpių briketai", "durpių briketai"),
        ("торф'яні брикети", "торф'яні брикети"),
        ("cat sand pellets", "cat sand pellets"),
        ("wood pellet cat litter", "wood pellet cat litter"),
        ("solid recovered fuel", "solid recovered fuel"),
        ("SRF", "SRF"),
    ],
)
def test_untraded_goods_are_told_and_name_no_others(said: str, given: str) -> None:
    understood = read(said)
    assert (understood.product, understood.alternatives) == (None, ())
    assert [(each.code, each.parts["given"]) for each in understood.unclear] == [(NOT_TRADED, given)]
    assert set(given.split()) - {"of"} <= set(understood.rest.replace("’", "'").split())


def test_goods_beside_it_are_looked_for() -> None:
    understood = read("200 t wood pellets or peat briquettes near Riga")
    assert (understood.product, understood.rest) == ("wood_pellets", "peat briquettes")
