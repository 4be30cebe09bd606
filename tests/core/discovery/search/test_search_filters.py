"""Any combination of filters finds what a plain scan of the rows finds, in a base and among new rows."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from config.search_index import reindex_if_due
from core.catalogue.language.times.days import DateWindow
from core.discovery.search import reactions, service
from core.discovery.search.kinds import LISTINGS
from core.discovery.search.model import ParsedQuery, Query
from core.kernel.transaction import MARKET
from core.trade.listings.model import Certificate, Listing, ListingState
from core.trade.listings.service import publish_listing, withdraw_listing
from tests.core.conftest import Market
from tests.core.goods import GDANSK, RIGA, VILNIUS, catalogue, eur, pellets, tonnes

FIRST = date(2026, 12, 1)
Test = Callable[[Listing], bool]


@dataclass(frozen=True)
class Filter:
    """Some fields of a parsed query, and a plain test of the listings that meet them."""

    said: dict[str, Any]
    met: Test


def filter_of(met: Test, **said: Any) -> Filter:
    return Filter(said, met)


# One or none is drawn from each list.
FILTERS: tuple[tuple[Filter, ...], ...] = (
    (
        filter_of(lambda row: row.product_id == "wood_pellets", product="wood_pellets"),
        filter_of(lambda row: row.product_id == "wood_briquettes", product="wood_briquettes"),
        filter_of(lambda row: bool(row.product_id), alternatives=("wood_pellets", "wood_briquettes")),
        filter_of(lambda row: row.grade_id == "ENplus_A1", product="wood_pellets", grade="ENplus_A1"),
        filter_of(
            lambda row: row.grade_id in {"ENplus_A1", "ENplus_A2"},
            product="wood_pellets",
            grades=("ENplus_A1", "ENplus_A2"),
        ),
    ),
    (
        filter_of(lambda row: row.country == "LV", countries=("LV",)),
        filter_of(lambda row: row.country != "LT", countries=("LV", "PL")),
        filter_of(lambda row: row.country != "PL", countries=("BALTICS",)),
        filter_of(lambda row: row.country == "PL", countries=("PL-22",)),
    ),
    (
        filter_of(lambda row: row.country != "PL", left_out=("country:PL",)),
        filter_of(lambda row: row.place_name != "Riga", left_out=("town:Riga",)),
        filter_of(lambda row: row.country != "PL", left_out=("country:PL-22",)),
        filter_of(lambda row: row.grade_id != "ENplus_A2", left_out=("grade:ENplus_A2",)),
        filter_of(lambda row: not row.certificates, left_out=("scheme:ENplus",)),
        filter_of(lambda row: row.packaging != "bag", left_out=("packaging:bag",)),
        filter_of(lambda row: row.product_id != "wood_briquettes", left_out=("product:wood_briquettes",)),
    ),
    (filter_of(lambda row: row.incoterm == "EXW", incoterm="EXW"),),
    (
        filter_of(lambda row: row.packaging == "bag", packaging=("bag",)),
        filter_of(lambda row: row.packaging in {"bulk", None}, packaging=("bulk",)),
    ),
    (filter_of(lambda row: bool(row.certificates), certificates=("ENplus",)),),
    (
        filter_of(lambda row: row.price.amount <= 200, max_price=eur(200)),
        filter_of(lambda row: row.price.amount >= 200, min_price=eur(200)),
    ),
    (filter_of(lambda row: row.min_lot_amount <= 50 <= row.remaining_amount, quantity=tonnes(50)),),
    (
        filter_of(
            lambda row: row.window_from <= FIRST + timedelta(days=40) and row.window_to >= FIRST + timedelta(days=20),
            window=DateWindow(FIRST + timedelta(days=20), FIRST + timedelta(days=40)),
        ),
    ),
)


def goods(dice: random.Random) -> Any:
    """Draw a listing in every property that a filter can be about."""
    kind = dice.choice(("wood_pellets", "wood_pellets", "wood_briquettes"))
    grade = dice.choice(("ENplus_A1", "ENplus_A2", None)) if kind == "wood_pellets" else None
    begins = FIRST + timedelta(days=dice.randrange(60))
    return pellets(
        product_id=kind,
        grade_id=grade,
        certificates=dice.choice(((), (Certificate(scheme="ENplus", number="LT005"),))) if grade else (),
        quantity=tonnes(dice.choice((40, 80, 500))),
        min_lot=tonnes(dice.choice((10, 40))),
        price=eur(dice.choice((150, 200, 260))),
        incoterm=dice.choice(("DAP", "EXW")),
        place=dice.choice((VILNIUS, RIGA, GDANSK)),
        window_from=begins,
        window_to=begins + timedelta(days=dice.randrange(30)),
        packaging=dice.choice(("bulk", "bag", None)),
    )


def drawn(dice: random.Random) -> tuple[Filter, ...]:
    return tuple(dice.choice(some) for some in FILTERS if dice.random() < 0.3)


@pytest.mark.parametrize("seed", [3, 11])
async def test_wishes_together_are_a_plain_filter(market: Market, seed: int) -> None:
    dice = random.Random(seed)
    reactions.listen(market.reactions)
    seller, _ = await market.newcomer("Anna")
    met_by_some = 0
    for number in range(40):
        await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), goods(dice)))
        if number == 25:
            await reindex_if_due(market.transactions, catalogue(), LISTINGS)
    rows = await market.run(MARKET, lambda ctx: ctx.session.scalars(select(Listing)).all())
    for gone in dice.sample([row.id for row in rows], 5):
        await market.run(seller, partial(withdraw_listing, listing_id=gone))
    rows = await market.run(MARKET, lambda ctx: ctx.session.scalars(select(Listing)).all())
    for _ in range(150):
        filters = drawn(dice)
        said = {name: value for each in filters for name, value in each.said.items()}
        expected = {row.id for row in rows if row.state == ListingState.LIVE and all(each.met(row) for each in filters)}
        query = Query(ParsedQuery(**said))
        page = await market.run(MARKET, partial(service.search, catalogue=catalogue(), query=query, limit=50))
        assert {hit.listing.id for hit in page.hits} == expected, said
        assert page.total == len(expected), said
        met_by_some += bool(expected)
    assert met_by_some > 40  # else hardly anything was compared
