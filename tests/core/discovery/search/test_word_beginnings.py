"""Last words that are only begun, and words that an ending or a space changes: their meaning."""

from __future__ import annotations

from typing import Any

import pytest

from config.reference import reference
from core.discovery.search.batch import RowSearch
from core.discovery.search.service import index_rows
from tests.core.discovery.search.sentence.reading import TODAY, read

GOODS: dict[str, dict[str, Any]] = {
    "tartu": {"title": "Metsahake kuusk", "text": "AS Soodsa, laos Tartus", "product": "wood_chips_industrial"},
    "tallinn": {"title": "Metsahake", "text": "Puiduhake OÜ, Tallinn", "product": "wood_chips_industrial"},
    "berge": {"title": "Sawdust beech", "text": "Bergemnäs Skog", "product": "sawdust", "city": "Karlstad"},
    "other": {"title": "Sawdust beech", "text": "Lundholm Skog", "product": "sawdust", "city": "Lille"},
    "lind": {"title": "PKS", "text": "Lindadmarks Såg. Palmkärnskal.", "product": "pks"},
    "shells": {"title": "PKS", "text": "Nyholm AB. Palmkärnskal.", "product": "pks"},
}


def searcher(goods: dict[str, dict[str, Any]]) -> RowSearch:
    rows = ({"id": key, "kind": "listing", "lang": "en", **row} for key, row in goods.items())
    return index_rows(rows, *reference(), TODAY)


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("metsahake tart", "tartu"),  # and no "tartaczna" of a Polish name of other goods
        ("sawdust Berge", "berge"),  # there is a town of that name, too
        ("pks lind admark", "lind"),
        ("metsahake tall", "tallinn"),
    ],
)
def test_the_beginning_of_a_name_finds_it(query: str, best: str) -> None:
    assert searcher(GOODS).search(query)[0] == best


def test_all_whose_name_begins_so_are_found() -> None:
    names = [f"Wróbl{end}" for end in ("aniak", "czyk", "ewski", "owicz", "unica", "adpol", "endrew", "ikowa", "ina")]
    names += [f"Wróbl{end}" for end in ("anka", "eta", "ich", "osz", "uta")]
    sold = {name: {"title": "Zrębki drzewne", "text": name, "product": "wood_chips_dry"} for name in names}
    others = {
        str(n): {"title": "Zrębki drzewne", "text": f"Tartak {n}", "product": "wood_chips_dry"} for n in range(40)
    }
    found = searcher(sold | others).search("zrębki drzewne wróbl")
    assert len(found) == 10
    assert set(found) <= set(names)


def test_begun_name_of_goods_beside_goods_names_none() -> None:
    said = read("Hackschnitzel Birke Schwe")
    assert said.product != "animal_fat"  # Schweinefett
    assert "Schwe" in said.rest


def test_a_short_word_behind_for_is_no_misspelt_village() -> None:
    assert read("casolini pellet per cent").place is None


@pytest.mark.parametrize(
    ("sentence", "product"),
    [
        ("250 ton oleju talowego", "tall_oil"),
        ("szukam pelletu drzewnego", "wood_pellets"),
        ("куплю деревного пелету", "wood_pellets"),
    ],
)
def test_long_endings_of_adjectives_are_endings(sentence: str, product: str) -> None:
    assert read(sentence).product == product


@pytest.mark.parametrize("written", ["lietvas", "поольщі"])
def test_a_country_may_be_misspelt_in_any_case(written: str) -> None:
    home = {"lietvas": ("LT", "Kaunas"), "поольщі": ("PL", "Gdańsk")}[written]
    goods = {
        "there": {"title": "PKS", "text": "", "product": "pks", "country": home[0], "city": home[1]},
        "elsewhere": {"title": "PKS", "text": "", "product": "pks", "country": "IT", "city": "Bari"},
    }
    assert searcher(goods).search(f"PKS {written}")[0] == "there"


def test_thousands_are_read_without_a_known_language() -> None:
    goods = {
        "enough": {"title": "Pellet di legno", "text": "", "product": "wood_pellets", "quantity_t": 1500},
        "little": {"title": "Pellet di legno", "text": "", "product": "wood_pellets", "quantity_t": 20},
    }
    assert searcher(goods).search("1.200 tonnellate di pellet dalla Germania")[0] == "enough"
