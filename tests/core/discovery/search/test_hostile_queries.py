"""Any text in a search is answered, within bounds, and never with nonsense."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.discovery.search import reactions, service
from core.discovery.search.engine.document import LONGEST_WORD, words_in
from core.discovery.search.engine.index import Answer, Index
from core.discovery.search.engine.query import WIDE_KM, Spot
from core.discovery.search.filters import WORDS_AT_MOST, loose_query
from core.discovery.search.model import Page, Query
from core.discovery.search.service import parse
from core.kernel.transaction import MARKET
from core.trade.listings.service import publish_listing
from tests.core.conftest import Market
from tests.core.goods import GDANSK, RIGA, catalogue, eur, gazetteer, pellets

TODAY = date(2026, 11, 23)
HOSTILE = {
    "ten thousand letters": "x" * 10_000,
    "a page of words": "spruce pine larch " * 5_000,
    "a word a million times": "pellets " * 1_000_000,
    "emoji": "🔥🔥🔥 👩‍🌾 🪵",
    "right to left": "كريات الخشب \u202e retlep \u202c",
    "only punctuation": "!?.,;:--- /// ((( ]]] ***",
    "SQL": "'; DROP TABLE listing; --",
    "wildcards": "% _ \\ * ? [a-z]* NEAR/2 AND OR NOT",
    "a zero byte": "pellets\x00spruce",
    "marks of the engine itself": "product:wood_pellets kind:expert cell:54,25",
    "combining letters": "e" + "\u0301" * 5_000,
    "many numbers": "1 " * 3_000,
    "nothing": "",
    "spaces": " \t\n ",
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_anything_at_all_is_answered(market: Market, what: str) -> None:
    reactions.listen(market.reactions)
    seller, _ = await market.newcomer("Anna")
    await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets(words="spruce")))
    query = service.parse_query(HOSTILE[what], catalogue(), gazetteer(), TODAY)
    page: Page = await market.run(MARKET, lambda ctx: service.search(ctx, catalogue(), query))
    assert page.total <= 1
    assert all(len(chip.code) < 60 for chip in service.explain(query).chips)


def test_a_long_query_is_bounded_before_anything_is_looked_up() -> None:
    said = parse(
        "larch spruce pine fir oak birch alder ash elm lime maple rowan willow aspen", catalogue(), gazetteer(), TODAY
    )
    asked = loose_query(said, catalogue(), gazetteer(), lambda _: False, TODAY)
    assert len(asked.words) == WORDS_AT_MOST
    assert words_in("y" * 1000) == ["y" * LONGEST_WORD]


def test_an_empty_market_answers_with_nothing() -> None:
    said = parse("wood pellets near Riga under 200 eur", catalogue(), gazetteer(), TODAY)
    asked = loose_query(said, catalogue(), gazetteer(), lambda _: False, TODAY)
    assert Index().search(asked, 10) == Answer((), 0)


def test_numbers_that_contradict_each_other_are_shown_and_asked_about() -> None:
    query = service.parse_query("pellets under 100 eur over 200 eur", catalogue(), gazetteer(), TODAY)
    assert (query.parsed.max_price, query.parsed.min_price) == (eur(100), eur(200))
    assert [chip.filter_name for chip in service.explain(query).chips] == ["product", "max_price", "min_price"]


async def test_contradicting_prices_are_a_question(market: Market) -> None:
    reactions.listen(market.reactions)
    query = service.parse_query("pellets under 100 eur over 200 eur", catalogue(), gazetteer(), TODAY)
    page: Page = await market.run(MARKET, lambda ctx: service.search(ctx, catalogue(), query))
    unclear = [ask for ask in page.questions if ask.code == "search.ask.unclear"]
    assert [str(getattr(ask.parts["refusal"], "code", "")) for ask in unclear] == ["price.contradicts_itself"]


async def test_any_distance_finds_what_is_no_further_away(market: Market) -> None:
    reactions.listen(market.reactions)
    seller, _ = await market.newcomer("Anna")
    await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets(place=RIGA)))
    await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets(place=GDANSK)))

    async def found(km: int) -> int:
        said = parse("wood pellets within 80 km of Riga", catalogue(), gazetteer(), TODAY)
        query = Query(replace(said, radius_km=km))
        page: Page = await market.run(MARKET, lambda ctx: service.search(ctx, catalogue(), query))
        return page.total

    assert [await found(km) for km in (0, 1, 400, 500, WIDE_KM, WIDE_KM + 1, 20_000)] == [1, 1, 1, 2, 2, 2, 2]
    assert Spot(57.0, 24.1, 20_000).circle_km is None, "no half a million squares are looked through for it"
