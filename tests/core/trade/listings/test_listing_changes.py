"""A published listing is changed: checked like a new one, announced in full, and without loss to agreed deals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.kernel.errors import Invalid, Refusal, Stale
from core.kernel.money import UnitPrice
from core.kernel.transaction import MARKET, Actor, Ctx
from core.trade.listings import service
from core.trade.listings.events import ListingChanged
from core.trade.listings.model import Certificate, ChangeListing, Listing
from core.trade.listings.rules import Difference
from core.trade.offers import reactions, rules
from core.trade.offers.events import OfferListingChanged
from core.trade.offers.model import MakeOffer, Offer
from core.trade.offers.service import accept_offer, make_offer
from tests.core.conftest import Market
from tests.core.goods import RIGA, VILNIUS, catalogue, eur, pellets, tonnes


async def published(market: Market, **changes: object) -> tuple[Actor, Listing]:
    seller, _ = await market.newcomer("Anna")
    return seller, await market.run(seller, lambda ctx: service.publish_listing(ctx, catalogue(), pellets(**changes)))


async def changed(
    market: Market, seller: Actor, listing: Listing, expected_version: int | None = None, **changes: Any
) -> Listing:
    command = ChangeListing(**changes)
    return await market.run(
        seller, lambda ctx: service.change_listing(ctx, catalogue(), listing.id, command, expected_version)
    )


async def offered(market: Market, listing: Listing, amount: int, name: str = "Ben") -> tuple[Actor, Offer]:
    buyer, _ = await market.newcomer(name)
    command = MakeOffer(listing_id=listing.id, terms=rules.terms_of(listing, tonnes(amount)))
    return buyer, await market.run(buyer, lambda ctx: make_offer(ctx, catalogue(), command))


async def test_all_that_a_listing_says_can_be_said_otherwise_and_is_told_before_and_after(market: Market) -> None:
    seller, listing = await published(market)
    market.watch(ListingChanged)
    now = await changed(
        market,
        seller,
        listing,
        grade_id="ENplus_A2",
        certificates=(Certificate(scheme="ENplus", number="LT005"), Certificate(scheme="FSC")),
        quantity=tonnes(300),
        price=eur(199),
        incoterm="FCA",
        place=RIGA,
        window_to=date(2027, 1, 31),
    )

    assert (now.grade_id, now.remaining, now.price, now.incoterm, now.place) == (
        "ENplus_A2",
        tonnes(300),
        eur(199),
        "FCA",
        RIGA,
    )
    assert [(each.scheme, each.number) for each in now.certificates] == [("ENplus", "LT005"), ("FSC", "")]
    (fact,) = market.facts
    assert isinstance(fact, ListingChanged)
    pellets_of = Certificate(scheme="ENplus", number="LT005")
    assert fact.changes == (
        Difference("grade", "ENplus_A1", "ENplus_A2"),
        Difference("quantity", tonnes(500), tonnes(300)),
        Difference("price", eur(210), eur(199)),
        Difference("incoterm", "DAP", "FCA"),
        Difference("place", VILNIUS, RIGA),
        Difference("window", (date(2026, 12, 1), date(2027, 3, 31)), (date(2026, 12, 1), date(2027, 1, 31))),
        Difference("certificates", (pellets_of,), (pellets_of, Certificate(scheme="FSC"))),
    )
    without = await changed(market, seller, listing, grade_id=None, certificates=(Certificate(scheme="FSC"),))
    assert (without.grade_id, [each.scheme for each in without.certificates]) == (None, ["FSC"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grade_id": "BALTPOOL_SM1W"}, "listing.grade_unknown"),
        ({"certificates": (Certificate(scheme="Best"),)}, "catalogue.scheme_unknown"),
        ({"certificates": (Certificate(scheme="FSC"), Certificate(scheme="FSC"))}, "listing.certificate_twice"),
        ({"incoterm": "BRING"}, "catalogue.term_unknown"),
        ({"quantity": tonnes(0)}, "quantity.not_positive"),
        ({"min_lot": tonnes(501)}, "listing.min_lot_too_large"),
        ({"price": eur(50, "MWh")}, "listing.price_unit_differs"),
        ({"price": UnitPrice(Decimal(900), "PLN", "t")}, "listing.currency_stays"),
        ({"window_to": date(2026, 11, 30)}, "listing.window_backwards"),
        ({"window_to": date(2030, 1, 1)}, "listing.window_too_far"),
    ],
)
async def test_change_that_could_not_be_published_is_refused(
    market: Market, changes: dict[str, Any], code: str
) -> None:
    seller, listing = await published(market)
    with pytest.raises(Refusal) as refusal:
        await changed(market, seller, listing, **changes)
    assert refusal.value.code == code
    now = await market.run(MARKET, lambda ctx: service.listing_for(ctx, listing.id))
    assert now.version == 1


async def test_reserved_quantity_stays_reserved_and_can_come_back(market: Market) -> None:
    seller, listing = await published(market)
    await market.run(MARKET, lambda ctx: service.reserve(ctx, listing.id, tonnes(100)))

    less = await changed(market, seller, listing, quantity=tonnes(50))
    assert (less.remaining, less.quantity, less.min_lot) == (tonnes(50), tonnes(150), tonnes(25))
    with pytest.raises(Invalid):
        await changed(market, seller, listing, min_lot=tonnes(51))  # more than is left, though not than there was

    def come_back(ctx: Ctx) -> None:
        service.give_back(ctx, listing.id, tonnes(100))

    await market.run(MARKET, come_back)
    back = await market.run(MARKET, lambda ctx: service.listing_for(ctx, listing.id))
    assert (back.remaining, back.quantity) == (tonnes(150), tonnes(150))


async def test_second_colleague_with_an_old_version_is_refused(market: Market) -> None:
    seller, listing = await published(market)
    await changed(market, seller, listing, expected_version=1, price=eur(205))
    with pytest.raises(Stale):
        await changed(market, seller, listing, expected_version=1, price=eur(199))
    await market.run(seller, lambda ctx: service.withdraw_listing(ctx, listing.id))
    with pytest.raises(Stale):
        await market.run(seller, lambda ctx: service.changeable_listing(ctx, listing.id))


async def test_an_offer_keeps_its_terms_and_can_be_agreed_on(market: Market) -> None:
    seller, listing = await published(market)
    reactions.listen(market.reactions)
    _, offer = await offered(market, listing, 40)

    await changed(market, seller, listing, price=eur(250), min_lot=tonnes(100), place=RIGA)
    accepted = await market.run(seller, lambda ctx: accept_offer(ctx, offer.id))

    assert (accepted.state, accepted.terms) == ("accepted", offer.terms)
    left = await market.run(MARKET, lambda ctx: service.listing_for(ctx, listing.id))
    assert left.remaining == tonnes(460)


async def test_whose_offer_it_touches_is_told_of_that_and_of_nothing_else(market: Market) -> None:
    seller, listing = await published(market)
    reactions.listen(market.reactions)
    _, small = await offered(market, listing, 40)
    _, large = await offered(market, listing, 400, "Eve")
    market.watch(OfferListingChanged)

    async def told(**changes: Any) -> list[tuple[str, list[str]]]:
        market.facts.clear()
        await changed(market, seller, listing, **changes)
        facts = [fact for fact in market.facts if isinstance(fact, OfferListingChanged)]
        return [(fact.offer_id, [each.field for each in fact.changes]) for fact in facts]

    assert await told(words="dry, and stored under a roof") == []
    assert await told(price=eur(205), words="dry") == [(small.id, ["price"]), (large.id, ["price"])]
    assert await told(quantity=tonnes(450)) == []  # there is enough for either
    assert await told(quantity=tonnes(300)) == [(large.id, ["quantity"])]
    assert await told(min_lot=tonnes(50)) == [(small.id, ["min_lot"])]
    assert await told(price=eur(205)) == []  # that is what it says
    both = [(small.id, ["certificates"]), (large.id, ["certificates"])]
    assert await told(certificates=(Certificate(scheme="ENplus", number="LT006"),)) == both
