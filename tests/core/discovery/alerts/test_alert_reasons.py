"""The choice of the saved search that tells a person of a listing, and the reasons it gives."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from core.discovery.alerts import service
from core.discovery.alerts.model import Rhythm, SavedSearch
from core.discovery.search.service import parse_query
from core.kernel.money import UnitPrice
from core.trade.listings.model import ChangeListing
from core.trade.listings.service import change_listing
from tests.core.conftest import Market
from tests.core.discovery.alerts.test_alerts import TEN_IN_VILNIUS, Watch
from tests.core.goods import RIGA, catalogue, eur, gazetteer, tonnes


@pytest.fixture
async def watch(market: Market) -> Watch:
    market.clock.moment = TEN_IN_VILNIUS
    seller, _ = await market.newcomer("Anna")
    return Watch(market, seller)


async def test_the_soonest_search_that_fits_tells_and_of_equally_soon_ones_the_most_specific(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    await watch.save(tom, "wood pellets", Rhythm.WEEKLY)
    await watch.save(tom, "pellets near Vilnius", Rhythm.DAILY)
    await watch.save(tom, "pellets under 300 eur")
    narrow = await watch.save(tom, "A1 pellets under 220 eur near Vilnius")
    await watch.save(tom, "A1 pellets")

    listing = await watch.put()
    assert [(each.rhythm, each.found[0].search_id) for each in watch.told] == [(Rhythm.INSTANT, narrow.id)]
    await watch.later(days=8)
    assert watch.told_to(himself) == [(listing.id,)]


async def test_faster_search_takes_over_a_find_once_it_fits(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    await watch.save(tom, "wood pellets", Rhythm.WEEKLY)
    fast = await watch.save(tom, "pellets under 200 eur")
    listing = await watch.put()
    await watch.later(hours=1)
    assert watch.told == []

    await watch.market.run(
        watch.seller, lambda ctx: change_listing(ctx, catalogue(), listing.id, ChangeListing(price=eur(199)))
    )
    await watch.later()
    assert [each.found[0].search_id for each in watch.told] == [fast.id]
    await watch.later(days=8)
    assert watch.told_to(himself) == [(listing.id,)]


async def test_find_moves_to_another_search_that_still_fits(watch: Watch) -> None:
    tom, _ = await watch.buyer("Tom")
    await watch.save(tom, "pellets under 220 eur", Rhythm.DAILY)
    slow = await watch.save(tom, "pellets over 205 eur", Rhythm.WEEKLY)
    listing = await watch.put()
    await watch.market.run(
        watch.seller, lambda ctx: change_listing(ctx, catalogue(), listing.id, ChangeListing(price=eur(230)))
    )
    await watch.later(days=1)
    assert watch.told == []
    await watch.later(days=7)
    assert [(each.rhythm, each.found[0].search_id) for each in watch.told] == [(Rhythm.WEEKLY, slow.id)]


async def test_a_search_that_becomes_the_soonest_tells_what_another_has_noted(watch: Watch) -> None:
    tom, _ = await watch.buyer("Tom")
    await watch.save(tom, "wood pellets", Rhythm.DAILY)
    other = await watch.save(tom, "pellets near Vilnius", Rhythm.WEEKLY)
    await watch.put()
    await watch.market.run(tom, lambda ctx: service.choose_rhythm(ctx, other.id, Rhythm.INSTANT))
    await watch.later()
    assert [each.found[0].search_id for each in watch.told] == [other.id]


async def test_a_deleted_search_leaves_nothing_to_those_who_began_to_look_later(watch: Watch) -> None:
    """Its finds are offered only to the other searches of the same person."""
    tom, _ = await watch.buyer("Tom")
    eva, _ = await watch.buyer("Eva")
    first = await watch.save(tom, "wood pellets", Rhythm.WEEKLY)
    await watch.put()
    watch.market.clock.advance(seconds=1)
    await watch.save(eva, "wood pellets")
    await watch.market.run(tom, lambda ctx: service.delete_search(ctx, first.id))
    await watch.later(days=8)
    assert watch.told == []


async def test_why_says_what_is_met_and_which_search_fits_better(watch: Watch) -> None:
    tom, _ = await watch.buyer("Tom")
    all_of_it = "100 t A1 pellets ENplus under 1000 zł over 150 eur near Kaunas not from Poland"
    narrow = await watch.save(tom, all_of_it, Rhythm.DAILY)
    wide = await watch.save(tom, "pellets in bulk")
    listing = await watch.put()
    assert [each.found[0].search_id for each in watch.told] == [wide.id]

    def why(search: SavedSearch) -> Any:
        return lambda ctx: service.reasons_for(ctx, catalogue(), search, listing.id)

    met, better = await watch.market.run(tom, why(wide))
    assert [each.code for each in met] == ["search.why.product", "search.chip.packaging"]
    assert better is not None
    assert better.id == narrow.id
    met, better = await watch.market.run(tom, why(narrow))
    assert better is None
    assert {each.code.rpartition(".")[2]: each.parts for each in met} == {
        "product": {"product": "wood_pellets"},
        "grade": {"grade": "ENplus_A1"},
        "certificate": {"schemes": ("ENplus",)},
        "at_most": {"price": eur(210), "limit": UnitPrice(Decimal(1000), "PLN", "t")},
        "at_least": {"price": eur(210), "limit": eur(150)},
        "near": {"km": 91, "place": "Kaunas"},
        "country": {"country": "LT"},
        "enough": {"remaining": tonnes(500)},
    }
    await watch.market.run(
        watch.seller, lambda ctx: change_listing(ctx, catalogue(), listing.id, ChangeListing(price=eur(300)))
    )
    met, _ = await watch.market.run(tom, why(narrow))
    assert "alert.met.at_most" not in [each.code for each in met]


async def test_traders_name_is_a_filter_and_unknown_word_is_none(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    eva, herself = await watch.buyer("Eva")
    latgran, _ = await watch.market.newcomer("Latgran")
    await watch.put(latgran)
    watch.market.clock.advance(seconds=1)
    await watch.save(tom, "pellets Latgran")
    await watch.save(eva, "pellets Graanul")

    of_anna = await watch.put()
    of_latgran = await watch.put(latgran)
    await watch.later(hours=1)
    assert watch.told_to(himself) == [(of_latgran.id,)]
    assert [each for message in watch.told_to(herself) for each in message] == [of_anna.id, of_latgran.id]


async def test_a_place_without_a_distance_is_near_it_also_in_a_search_of_an_earlier_release(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    search = await watch.save(tom, "pellets Kaunas")
    assert service.query_of(search).parsed.radius_km == 150
    older = parse_query("pellets Kaunas", catalogue(), gazetteer(), TEN_IN_VILNIUS.date()).to_json()
    as_it_was = update(SavedSearch).where(SavedSearch.id == search.id).values(query=older)
    await watch.market.run(tom, lambda ctx: ctx.session.execute(as_it_was))

    await watch.put(place=RIGA)
    near = await watch.put()
    await watch.later(hours=1)
    assert watch.told_to(himself) == [(near.id,)]


async def test_a_country_is_where_the_goods_have_to_lie(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    eva, herself = await watch.buyer("Eva")
    await watch.save(tom, "pellets in Latvia")
    await watch.save(eva, "Pellets ohne Litauen")
    await watch.put()
    listing = await watch.put(place=RIGA)
    await watch.later(hours=1)
    assert watch.told_to(himself) == watch.told_to(herself) == [(listing.id,)]
