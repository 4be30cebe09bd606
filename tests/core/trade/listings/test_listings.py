"""Listings: a seller puts goods up, they stand for sixty days, and what is taken can come back."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from core.kernel.errors import Invalid, NotAllowed, NotFound, Refusal, Stale
from core.kernel.process import timeline
from core.kernel.transaction import MARKET, Actor
from core.trade.listings import rules, service
from core.trade.listings.events import (
    ListingChanged,
    ListingExpired,
    ListingPublished,
    ListingSoldOut,
    ListingWithdrawn,
)
from core.trade.listings.model import Certificate, ChangeListing, Listing, ListingState, Place
from core.trade.listings.reactions import timer_handlers
from tests.core.conftest import Market
from tests.core.goods import catalogue, eur, pellets, tonnes


async def test_a_seller_publishes_and_everybody_can_look(market: Market) -> None:
    seller, anna = await market.newcomer("Anna")
    buyer, _ = await market.newcomer("Ben")
    market.watch(ListingPublished)

    listing = await market.run(seller, lambda ctx: service.publish_listing(ctx, catalogue(), pellets()))
    seen = await market.run(buyer, lambda ctx: service.listing_for(ctx, listing.id))

    assert (seen.state, seen.version, seen.remaining, seen.price) == ("live", 1, tonnes(500), eur(210))
    assert seen.place.name == "Vilnius"
    assert [certificate.scheme for certificate in seen.certificates] == ["ENplus"]
    assert market.facts == [ListingPublished(listing.id, anna.organisation_id, anna.id)]
    mine = await market.run(seller, lambda ctx: service.listings_of(ctx, anna.organisation_id))
    assert [each.id for each in mine] == [listing.id]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"product_id": "coffee"}, "catalogue.product_unknown"),
        ({"grade_id": "BALTPOOL_SM1W"}, "listing.grade_unknown"),
        ({"certificates": (Certificate(scheme="Best"),)}, "catalogue.scheme_unknown"),
        ({"certificates": (Certificate(scheme="FSC"), Certificate(scheme="FSC"))}, "listing.certificate_twice"),
        (
            {"product_id": "wood_chips_dry", "grade_id": None, "certificates": (Certificate(scheme="ENplus"),)},
            "listing.certificate_of_others",
        ),
        ({"incoterm": "BRING"}, "catalogue.term_unknown"),
        ({"quantity": tonnes(0)}, "quantity.not_positive"),
        ({"min_lot": tonnes(501)}, "listing.min_lot_too_large"),
        ({"price": eur(50, "MWh")}, "listing.price_unit_differs"),
        ({"window_to": date(2026, 11, 30)}, "listing.window_backwards"),
        ({"window_from": date(2026, 9, 1), "window_to": date(2026, 11, 22)}, "listing.window_past"),
        ({"window_to": date(2030, 1, 1)}, "listing.window_too_far"),
    ],
)
async def test_impossible_listing_is_refused_with_a_reason(
    market: Market, changes: dict[str, object], code: str
) -> None:
    seller, _ = await market.newcomer("Anna")
    with pytest.raises(Refusal) as refusal:
        await market.run(seller, lambda ctx: service.publish_listing(ctx, catalogue(), pellets(**changes)))
    assert refusal.value.code == code


def test_limits_of_length_stand_in_the_command() -> None:
    with pytest.raises(ValidationError):
        pellets(words="x" * 1001)
    with pytest.raises(ValidationError):
        pellets(photos=tuple(f"photo-{n}" for n in range(11)))
    with pytest.raises(ValidationError):
        Place(name="Vilnius", country="Lithuania")


async def published(market: Market, **changes: object) -> tuple[Actor, Listing]:
    seller, _ = await market.newcomer("Anna")
    return seller, await market.run(seller, lambda ctx: service.publish_listing(ctx, catalogue(), pellets(**changes)))


async def test_only_the_seller_changes_it_and_only_as_last_seen(market: Market) -> None:
    seller, listing = await published(market)
    stranger, _ = await market.newcomer("Ben")
    market.watch(ListingChanged)
    cheaper = ChangeListing(price=eur("199.50"), words="last truck before the frost")

    with pytest.raises(NotAllowed):
        await market.run(stranger, lambda ctx: service.change_listing(ctx, catalogue(), listing.id, cheaper))
    changed = await market.run(
        seller, lambda ctx: service.change_listing(ctx, catalogue(), listing.id, cheaper, expected_version=1)
    )
    assert (changed.price, changed.words, changed.version) == (eur("199.5"), "last truck before the frost", 2)
    assert [fact.listing_id for fact in market.facts if isinstance(fact, ListingChanged)] == [listing.id]
    with pytest.raises(Stale):
        await market.run(
            seller, lambda ctx: service.change_listing(ctx, catalogue(), listing.id, cheaper, expected_version=1)
        )
    dearer = ChangeListing(price=eur(50, "MWh"))
    with pytest.raises(Invalid):
        await market.run(seller, lambda ctx: service.change_listing(ctx, catalogue(), listing.id, dearer))


async def test_a_paused_listing_comes_back_and_a_withdrawn_one_does_not(market: Market) -> None:
    seller, listing = await published(market)
    market.watch(ListingWithdrawn)

    paused = await market.run(seller, lambda ctx: service.pause_listing(ctx, listing.id))
    assert paused.state == ListingState.PAUSED
    resumed = await market.run(seller, lambda ctx: service.resume_listing(ctx, listing.id))
    assert resumed.state == ListingState.LIVE
    gone = await market.run(seller, lambda ctx: service.withdraw_listing(ctx, listing.id))
    assert gone.state == ListingState.WITHDRAWN
    assert len(market.facts) == 1
    with pytest.raises(Stale):
        await market.run(seller, lambda ctx: service.resume_listing(ctx, listing.id))
    steps = await market.run(MARKET, lambda ctx: [each.event for each in timeline(ctx.session, listing.id)])
    assert steps == ["pause", "resume", "withdraw"]


async def test_reserved_quantity_is_not_for_sale_until_it_comes_back(market: Market) -> None:
    _, listing = await published(market)
    market.watch(ListingSoldOut)

    taken = await market.run(MARKET, lambda ctx: service.reserve(ctx, listing.id, tonnes(480)))
    assert taken == tonnes(480)
    left = await market.run(MARKET, lambda ctx: service.listing_for(ctx, listing.id))
    assert (left.state, left.remaining) == ("sold_out", tonnes(20))  # 20 t are less than the smallest lot
    assert len(market.facts) == 1

    await market.run(MARKET, lambda ctx: service.give_back(ctx, listing.id, tonnes(480)))
    back = await market.run(MARKET, lambda ctx: service.listing_for(ctx, listing.id))
    assert (back.state, back.remaining) == ("live", tonnes(500))


@pytest.mark.parametrize(("amount", "code"), [("24", "listing.below_min_lot"), ("500.001", "listing.not_enough_left")])
async def test_too_little_and_too_much_cannot_be_taken(market: Market, amount: str, code: str) -> None:
    _, listing = await published(market)
    with pytest.raises(Refusal) as refusal:
        rules.check_taking(tonnes(amount), listing.remaining, listing.min_lot)
    assert refusal.value.code == code
    with pytest.raises(Refusal):
        await market.run(MARKET, lambda ctx: service.reserve(ctx, listing.id, tonnes("500.001")))


async def test_without_a_smallest_lot_only_the_whole_is_sold(market: Market) -> None:
    _, listing = await published(market, min_lot=None)
    with pytest.raises(Refusal):
        rules.check_taking(tonnes(499), listing.remaining, listing.min_lot)
    await market.run(MARKET, lambda ctx: service.reserve(ctx, listing.id, tonnes(500)))
    sold = await market.run(MARKET, lambda ctx: service.listing_for(ctx, listing.id))
    assert sold.state == ListingState.SOLD_OUT


async def test_a_seller_who_has_sold_all_finds_more(market: Market) -> None:
    seller, listing = await published(market)
    await market.run(MARKET, lambda ctx: service.reserve(ctx, listing.id, listing.remaining))
    more = ChangeListing(quantity=tonnes(60))
    restocked = await market.run(seller, lambda ctx: service.change_listing(ctx, catalogue(), listing.id, more))
    assert (restocked.state, restocked.remaining, restocked.min_lot) == ("live", tonnes(60), tonnes(25))


async def test_listing_stands_for_sixty_days_from_its_last_renewal(market: Market) -> None:
    seller, listing = await published(market)
    market.watch(ListingExpired)

    market.clock.advance(days=50)
    await market.run(seller, lambda ctx: service.renew_listing(ctx, listing.id))
    market.clock.advance(days=59)
    await market.run_timers(dict(timer_handlers))
    assert market.facts == []
    market.clock.advance(days=2)
    await market.run_timers(dict(timer_handlers))
    assert market.facts == [ListingExpired(listing.id, listing.seller, None)]
    again = await market.run(seller, lambda ctx: service.renew_listing(ctx, listing.id))
    assert again.state == ListingState.LIVE


async def test_it_expires_with_its_delivery_window_and_is_forgotten_half_a_year_later(market: Market) -> None:
    seller, listing = await published(market, window_from=date(2026, 11, 23), window_to=date(2026, 11, 30))
    market.watch(ListingWithdrawn)

    market.clock.advance(days=8)
    await market.run_timers(dict(timer_handlers))
    expired = await market.run(MARKET, lambda ctx: service.listing_for(ctx, listing.id))
    assert expired.state == ListingState.EXPIRED
    with pytest.raises(Invalid):
        await market.run(seller, lambda ctx: service.renew_listing(ctx, listing.id))

    later = ChangeListing(window_to=date(2026, 12, 31))
    await market.run(seller, lambda ctx: service.change_listing(ctx, catalogue(), listing.id, later))
    await market.run(seller, lambda ctx: service.renew_listing(ctx, listing.id))
    market.clock.advance(days=40)
    await market.run_timers(dict(timer_handlers))
    market.clock.advance(days=180)
    await market.run_timers(dict(timer_handlers))
    assert market.facts == [ListingWithdrawn(listing.id, listing.seller, None)]


async def test_unknown_listing_is_not_found(market: Market) -> None:
    with pytest.raises(NotFound):
        await market.run(MARKET, lambda ctx: service.listing_for(ctx, "01ARZ3NDEKTSV4RRFFQ69G5FAV"))
