"""Several goods in one sentence of a buyer: all are looked for if each part surely names its own."""

from __future__ import annotations

from datetime import date

import pytest

from config.reference import reference
from config.settings import CATALOGUE
from core.catalogue.language.places import load_places
from core.discovery.search.model import ParsedQuery
from core.discovery.search.service import index_rows, parse
from tests.core.goods import catalogue

PLACES = load_places(CATALOGUE / "places.csv")
TODAY = date(2026, 11, 22)


def read(text: str, *, several: bool = True) -> ParsedQuery:
    return parse(text, catalogue(), PLACES, TODAY, several=several)


@pytest.mark.parametrize(
    ("text", "goods", "place"),
    [
        ("sawdust, bark graz", {"sawdust", "bark"}, "Graz"),
        ("sägespäne/rinde graz", {"sawdust", "bark"}, "Graz"),
        ("sawdust and bark near graz", {"sawdust", "bark"}, "Graz"),
        ("sawdust or bark near graz", {"sawdust", "bark"}, "Graz"),
        ("sawdust, bark, dry, graz", {"sawdust", "bark"}, "Graz"),
        ("briketai ir malkos kaunas", {"wood_briquettes", "firewood"}, "Kaunas"),
        ("legna e pellet verona", {"wood_pellets", "firewood"}, "Verona"),
        ("uco / animal fat rotterdam", {"uco", "animal_fat"}, "Rotterdam"),
    ],
)
def test_all_goods_of_a_list_are_looked_for(text: str, goods: set[str], place: str) -> None:
    said = read(text)
    assert (said.product, set(said.alternatives), said.unclear) == (None, goods, ())
    assert said.place is not None
    assert said.place.name == place


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("100 t pellets and 200 t chips", "wood_pellets"),
        ("pellets and 200 t chips", "wood_pellets"),
        ("straw, pellets", "straw_pellets"),
        ("pellets from sawdust and bark", "wood_pellets"),
        ("UCO for biodiesel and HVO", "uco"),
        ("sawdust, dry, graz", "sawdust"),
    ],
)
def test_amounts_of_their_own_and_what_goods_are_made_of_make_no_list(text: str, product: str) -> None:
    assert read(text).product == product


def test_a_listing_is_of_one_alone_and_told_so() -> None:
    said = read("sawdust and bark", several=False)
    assert (said.product, [each.code for each in said.unclear]) == ("sawdust", ["goods.one_at_a_time"])


def test_two_goods_in_a_town_come_first() -> None:
    graz = {"city": "Graz", "country": "AT", "lat": 47.07, "lon": 15.44}
    far = {"city": "Ljubljana", "country": "SI", "lat": 46.05, "lon": 14.51}
    rows = [
        {"id": "sawdust", "title": "Sägemehl", "product": "sawdust", **graz},
        {"id": "bark", "title": "Rinde", "product": "bark", **graz},
        {"id": "far", "title": "Sawdust", "product": "sawdust", **far},
        {"id": "far bark", "title": "Bark", "product": "bark", **far},
    ]
    searcher = index_rows([{"kind": "listing", "text": "", **row} for row in rows], *reference(), TODAY)
    for text in ("sawdust or bark near graz", "sawdust and bark near graz", "sawdust, bark graz"):
        assert set(searcher.search(text)[:2]) == {"sawdust", "bark"}, text
