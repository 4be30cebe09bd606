"""The market without names: figures over many sellers, and silence over few."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.language.places import Place as Town
from core.discovery.alerts.model import SaveSearch
from core.discovery.alerts.service import save_search
from core.discovery.market_figures import rules
from core.discovery.market_figures.model import MarketView, Region
from core.discovery.market_figures.rules import Asked
from core.discovery.market_figures.service import asked_by_others, goods_on_offer, view_market
from core.discovery.search.model import ParsedQuery, Query
from core.kernel.money import UnitPrice
from core.kernel.transaction import Actor
from core.people.accounts.model import Person
from core.trade.listings.service import publish_listing, withdraw_listing
from tests.core.conftest import Market
from tests.core.goods import GDANSK, RIGA, VILNIUS, catalogue, eur, pellets

KAUNAS = Town("Kaunas", "LT", 54.9027, 23.9096, "Europe/Vilnius", False, ())
asked = st.lists(
    st.builds(Asked, st.sampled_from("abcde"), st.integers(100, 300).map(Decimal)), min_size=1, max_size=20
)


@given(asked)
def test_nothing_is_told_of_fewer_than_three_sellers(prices: list[Asked]) -> None:
    spread = rules.spread_of(prices, "EUR", "t")

    assert (spread is None) == (len({each.seller for each in prices}) < 3)
    assert spread is None or spread.low <= spread.median <= spread.high


@given(asked, st.integers(1, 30))
def test_several_listings_of_one_seller_count_once(prices: list[Asked], times: int) -> None:
    """Listing the same price again and again moves the median nowhere."""
    before = rules.spread_of(prices, "EUR", "t")
    own = [each for each in prices if each.seller == prices[0].seller]

    after = rules.spread_of([*prices, *own * times], "EUR", "t")

    assert after == before


async def seller(market: Market, name: str) -> tuple[Actor, Person]:
    return await market.newcomer(name)


async def test_the_goods_of_most_sellers_come_first_and_few_sellers_prices_are_not_told(market: Market) -> None:
    for name, price in (("Anna", 210), ("Bob", 220), ("Carl", 250)):
        actor, _ = await seller(market, name)
        await market.run(actor, lambda ctx, at=price: publish_listing(ctx, catalogue(), pellets(price=eur(at))))  # type: ignore[misc]  # bound now
    alone = pellets(product_id="sawdust", grade_id=None, price=eur(40))
    await market.run(actor, lambda ctx: publish_listing(ctx, catalogue(), alone))

    offered = await market.run(actor, lambda ctx: goods_on_offer(ctx, catalogue(), currency=None, count=5))
    first = await market.run(actor, lambda ctx: goods_on_offer(ctx, catalogue(), currency="PLN", count=1))

    assert offered == [("wood_pellets", eur(220)), ("sawdust", None)]
    assert [(product, middle.currency) for product, middle in first if middle] == [("wood_pellets", "PLN")]


async def test_count_range_and_median_per_tonne_and_per_mwh(market: Market) -> None:
    (anna, herself), (bob, _), (carl, _) = [await seller(market, name) for name in ("Anna", "Bob", "Carl")]
    listings = [
        await market.run(actor, lambda ctx, terms=terms: publish_listing(ctx, catalogue(), pellets(**terms)))  # type: ignore[misc]  # bound now
        for actor, terms in (
            (anna, {"price": eur(200)}),
            (anna, {"price": eur(240)}),
            (bob, {"price": eur(210), "place": RIGA}),
            (carl, {"price": UnitPrice(Decimal(900), "PLN", "t"), "place": GDANSK}),
        )
    ]

    async def look(region: Region, grade: str | None = None) -> MarketView:
        return await market.run(
            anna,
            lambda ctx: view_market(
                ctx,
                catalogue(),
                "wood_pellets",
                region,
                currency="EUR",
                organisation_id=herself.organisation_id,
                grade=grade,
            ),
        )

    view = await look(Region())
    assert (view.listings, view.sellers, view.within_a_week) == (4, 3, 4)
    assert view.spread is not None
    assert (view.spread.low, view.spread.median, view.spread.high) == (Decimal(200), Decimal(210), Decimal(240))
    assert view.per_mwh is not None
    assert view.per_mwh.median == Decimal("45.82")
    assert view.own == (Decimal(200), Decimal(240))
    assert view.prices == (Decimal(200), Decimal("205.3716"), Decimal(210), Decimal(240))
    assert rules.percent_from(view.own[0], view.spread.median) == -5

    lithuania = await look(Region(countries=(VILNIUS.country,)))
    assert (lithuania.listings, lithuania.sellers, lithuania.spread, lithuania.prices) == (2, 1, None, ())
    both = await look(Region(countries=(VILNIUS.country, GDANSK.country)))
    assert (both.listings, both.sellers) == (3, 2)
    around = await look(Region(town=KAUNAS))
    of_grade = [await look(Region(), grade) for grade in ("ENplus_A1", "ENplus_B")]
    assert [(each.grade, each.listings) for each in of_grade] == [("ENplus_A1", 4), ("ENplus_B", 0)]
    assert around.listings == 3  # Riga is 228 km away, Gdańsk farther than a region reaches

    await market.run(bob, lambda ctx: withdraw_listing(ctx, listings[2].id))
    assert (await look(Region())).spread is None


async def test_how_many_look_for_it_is_told_of_three_or_more(market: Market) -> None:
    people = [await market.newcomer(name) for name in ("Tom", "Eva", "Ida")]
    query = Query(ParsedQuery(product="wood_pellets")).to_json()
    seekers = []
    for actor, person in people:
        await market.run(actor, lambda ctx: save_search(ctx, SaveSearch(query=query)))
        view = await market.run(
            actor,
            lambda ctx, own=person.organisation_id: view_market(  # type: ignore[misc]  # bound now
                ctx, catalogue(), "wood_pellets", Region(), currency="EUR", organisation_id=own
            ),
        )
        seekers.append(view.seekers)
    assert seekers == [None, None, 3]


@given(st.decimals("0.01", "1000", places=2), st.decimals("0.01", "1000", places=2))
def test_a_price_is_far_from_another_beyond_three_times_as_high_or_as_low(price: Decimal, known: Decimal) -> None:
    times = rules.price_ratio(price, known)

    assert (times is None) == (price <= 3 * known and known <= 3 * price)
    assert times is None or times * Fraction(known) == Fraction(price)


async def test_price_of_others_is_in_the_unit_of_the_compared_price(market: Market) -> None:
    (anna, herself), (bob, _), (carl, _) = [await seller(market, name) for name in ("Anna", "Bob", "Carl")]

    async def beside(amount: str, unit: str = "t", product: str = "wood_pellets") -> UnitPrice | None:
        like = UnitPrice(Decimal(amount), "EUR", unit)
        return await market.run(
            anna, lambda ctx: asked_by_others(ctx, catalogue(), product, like, organisation_id=herself.organisation_id)
        )

    async def list_at(actor: Actor, price: UnitPrice) -> None:
        await market.run(actor, lambda ctx: publish_listing(ctx, catalogue(), pellets(price=price)))

    await list_at(anna, eur(38905))
    assert await beside("38905") is None  # own prices are left out

    await list_at(bob, eur(200))
    assert await beside("38905") == eur(200)
    await list_at(carl, eur(220))
    assert await beside("38905") == eur(210)
    per_energy = await beside("17291", "MWh")
    assert per_energy is not None
    assert Decimal(40) < per_energy.amount < Decimal(50)
    assert await beside("215", "t", "wood_chips") is None
