"""Exclusions on the market itself: packings, other goods and kinds of them are not found."""

from __future__ import annotations

from core.discovery.search import service
from core.discovery.search.model import Query
from tests.core.conftest import Market
from tests.core.discovery.search.batch import found, listing
from tests.core.discovery.search.search_market import ids, index_cache


async def test_goods_kinds_and_packings_that_are_not_wanted_are_not_found(market: Market) -> None:
    on = await index_cache(market)
    bagged = await on.put(packaging="bag", words="of oak")
    loose = await on.put(packaging="bulk", words="aus Fichte")
    straw = await on.put(product_id="straw_pellets", grade_id=None, certificates=())
    for sentence, expected in (
        ("wood pellets, no bags", {loose.id}),
        ("Holzpellets keine Sackware", {loose.id}),
        ("wood pellets without oak", {loose.id}),
        ("pelet drzewny bez świerku", {bagged.id}),
        ("wood pellets, not straw pellets", {bagged.id, loose.id}),
        ("not wood pellets", {straw.id}),
    ):
        page = await on.find(sentence)
        assert set(ids(page)) == expected, sentence
        assert "left_out" in [chip.filter_name for chip in service.explain(Query(page.parsed)).chips]


def test_a_company_that_is_called_like_a_kind_of_wood_is_not_left_out() -> None:
    rows = [
        listing("oak", "firewood, oak", product="firewood"),
        {**listing("said so", "firewood", product="firewood"), "text": "Eiche und Buche, Nordwald GmbH"},
        {**listing("company", "firewood, birch", product="firewood"), "text": "Oak Hill Bio, Leeds"},
    ]
    assert found(rows, "firewood without oak") == ["company"]
