"""Offers: two companies propose, change and agree; what they agree on has one canonical text."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import NotAllowed, NotFound, Refusal, Stale
from core.kernel.money import Money
from core.kernel.quantity import Quantity
from core.kernel.transaction import MARKET, Actor
from core.people.accounts.model import Person
from core.trade.listings.model import Certificate, ChangeListing, Listing, ListingState, Place
from core.trade.listings.service import change_listing, listing_for, publish_listing, withdraw_listing
from core.trade.offers import reactions, rules, service
from core.trade.offers.events import (
    OfferAccepted,
    OfferCountered,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
)
from core.trade.offers.model import OFFER, BuyNow, CounterOffer, MakeOffer, Offer, OfferState, Terms
from tests.core.conftest import Market
from tests.core.goods import VILNIUS, catalogue, eur, pellets, tonnes


@dataclass
class Trade:
    """A seller with a listing, and a buyer who has seen it."""

    market: Market
    seller: Actor
    buyer: Actor
    anna: Person
    ben: Person
    listing: Listing

    def terms(self, **changes: Any) -> Terms:
        asked = rules.terms_of(self.listing, tonnes(100), lots=4)
        return asked.model_copy(update=changes)

    async def offer(self, **changes: Any) -> Offer:
        command = MakeOffer(listing_id=self.listing.id, terms=self.terms(**changes))
        return await self.market.run(self.buyer, lambda ctx: service.make_offer(ctx, catalogue(), command))

    async def counter(self, actor: Actor, offer: Offer, **changes: Any) -> Offer:
        command = CounterOffer(offer_id=offer.id, terms=self.terms(**changes))
        return await self.market.run(actor, lambda ctx: service.counter_offer(ctx, catalogue(), command))

    async def left(self) -> Listing:
        return await self.market.run(MARKET, lambda ctx: listing_for(ctx, self.listing.id))


async def trade(market: Market, **changes: Any) -> Trade:
    seller, anna = await market.newcomer("Anna")
    buyer, ben = await market.newcomer("Ben")
    listing = await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets(**changes)))
    reactions.listen(market.reactions)
    market.watch(OfferMade, OfferCountered, OfferAccepted, OfferDeclined, OfferWithdrawn, OfferExpired)
    return Trade(market, seller, buyer, anna, ben, listing)


async def test_two_rounds_and_a_yes_reserve_the_goods(market: Market) -> None:
    at = await trade(market)
    offer = await at.offer(price=eur(195))
    assert (offer.state, offer.turn, offer.round) == ("open", "seller", 1)

    countered = await at.counter(at.seller, offer, price=eur(205))
    assert (countered.turn, countered.round) == ("buyer", 2)
    accepted = await market.run(at.buyer, lambda ctx: service.accept_offer(ctx, offer.id, countered.version))

    assert accepted.state == OfferState.ACCEPTED
    assert accepted.terms.total() == Money.of(20_500, "EUR")
    assert [(each.side, each.terms.price) for each in accepted.rounds] == [("buyer", eur(195)), ("seller", eur(205))]
    assert (await at.left()).remaining == tonnes(400)
    of = (offer.id, at.listing.id, at.ben.organisation_id, at.anna.organisation_id)
    assert market.facts == [OfferMade(*of, at.ben.id), OfferCountered(*of, at.anna.id), OfferAccepted(*of, at.ben.id)]


async def test_each_side_has_its_own_buttons(market: Market) -> None:
    at = await trade(market)
    offer = await at.offer()
    stranger, _ = await market.newcomer("Eve")

    for actor, roles in ((at.buyer, {"buyer", "other"}), (at.seller, {"seller", "turn"}), (stranger, set())):
        assert await market.run(actor, lambda ctx: service.sides(ctx, offer)) == roles
    assert OFFER.open_to(OfferState.OPEN, ("buyer", "other")) == ["withdraw"]
    with pytest.raises(NotAllowed):
        await market.run(at.buyer, lambda ctx: service.accept_offer(ctx, offer.id))
    with pytest.raises(NotAllowed):
        await market.run(at.seller, lambda ctx: service.withdraw_offer(ctx, offer.id))
    with pytest.raises(NotFound):
        await market.run(stranger, lambda ctx: service.accept_offer(ctx, offer.id))
    with pytest.raises(NotAllowed):
        await market.run(stranger, lambda ctx: service.offers_of(ctx, at.ben.organisation_id))


async def test_a_no_and_a_withdrawal_end_it(market: Market) -> None:
    at = await trade(market)
    first = await at.offer()
    declined = await market.run(at.seller, lambda ctx: service.decline_offer(ctx, first.id))
    second = await at.offer()
    withdrawn = await market.run(at.buyer, lambda ctx: service.withdraw_offer(ctx, second.id))
    third = await at.offer()

    assert (declined.state, withdrawn.state) == ("declined", "withdrawn")
    mine = await market.run(at.buyer, lambda ctx: [each.id for each in service.offers_of(ctx, at.ben.organisation_id)])
    assert mine == [third.id, second.id, first.id]
    with pytest.raises(Stale):
        await market.run(at.seller, lambda ctx: service.accept_offer(ctx, second.id))


async def test_one_answers_what_one_has_seen(market: Market) -> None:
    at = await trade(market)
    offer = await at.offer()
    countered = await at.counter(at.seller, offer, price=eur(207))
    with pytest.raises(Stale):
        await market.run(at.buyer, lambda ctx: service.accept_offer(ctx, offer.id, offer.version))
    assert countered.version > offer.version
    await market.run(
        at.seller, lambda ctx: change_listing(ctx, catalogue(), at.listing.id, ChangeListing(price=eur(250)))
    )
    with pytest.raises(Stale):
        await market.run(
            at.buyer, lambda ctx: service.buy_now(ctx, BuyNow(listing_id=at.listing.id, quantity=tonnes(50)), 1)
        )


async def test_silence_ends_an_offer_and_a_counter_offer_restarts_its_time(market: Market) -> None:
    at = await trade(market)
    offer = await at.offer()
    market.clock.advance(days=2)
    await at.counter(at.seller, offer, price=eur(209))
    market.clock.advance(days=2)
    await market.run_timers(dict(reactions.timer_handlers))
    assert (await market.run(at.buyer, lambda ctx: service.offer_for(ctx, offer.id))).state == OfferState.OPEN
    market.clock.advance(days=2)
    await market.run_timers(dict(reactions.timer_handlers))
    assert (await market.run(at.buyer, lambda ctx: service.offer_for(ctx, offer.id))).state == OfferState.EXPIRED
    assert isinstance(market.facts[-1], OfferExpired)


async def test_when_the_listing_is_withdrawn_its_open_offers_end(market: Market) -> None:
    at = await trade(market)
    offer = await at.offer()
    await market.run(at.seller, lambda ctx: withdraw_listing(ctx, at.listing.id))
    assert (await market.run(at.buyer, lambda ctx: service.offer_for(ctx, offer.id))).state == OfferState.EXPIRED
    with pytest.raises(Refusal):
        await at.offer()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": tonnes(24)}, "listing.below_min_lot"),
        ({"quantity": tonnes(501)}, "listing.not_enough_left"),
        ({"quantity": tonnes(500), "price": eur(2001), "lots": 1}, "offer.too_large"),
        ({"price": eur("0.0001")}, "offer.too_small"),
        ({"price": eur(50, "MWh")}, "listing.price_unit_differs"),
        ({"product_id": "briquettes"}, "offer.other_product"),
        ({"grade_id": "BALTPOOL_SM1W"}, "listing.grade_unknown"),
        ({"window_from": date(2026, 11, 1), "window_to": date(2026, 11, 2)}, "offer.window_past"),
    ],
)
async def test_impossible_offer_is_refused_with_a_reason(market: Market, changes: dict[str, Any], code: str) -> None:
    at = await trade(market)
    with pytest.raises(Refusal) as refusal:
        await at.offer(**changes)
    assert refusal.value.code == code


async def test_the_largest_lot_is_a_million_less_a_cent(market: Market) -> None:
    at = await trade(market, quantity=tonnes(1000))
    with pytest.raises(Refusal) as refusal:
        await at.offer(quantity=tonnes(1000), price=eur(1000), lots=1)
    assert refusal.value.parts["most"] == Money.of(Decimal("999999.99"), "EUR")
    assert (await at.offer(quantity=tonnes("999.99"), price=eur(1000), lots=1)).state == OfferState.OPEN


async def test_into_how_many_lots_it_is_to_be_cut_is_the_fewest_that_will_do(market: Market) -> None:
    at = await trade(market, quantity=tonnes(1000))
    said = {"quantity": tonnes("100.1"), "price": eur("210000.50")}
    with pytest.raises(Refusal) as refusal:
        await at.offer(**said, lots=1)
    fewest = refusal.value.parts["lots"]
    assert isinstance(fewest, int)
    with pytest.raises(Refusal):
        await at.offer(**said, lots=fewest - 1)
    assert (await at.offer(**said, lots=fewest)).state == OfferState.OPEN


async def test_a_fixed_price_is_not_haggled_over(market: Market) -> None:
    at = await trade(market, negotiable=False)
    with pytest.raises(Refusal) as refusal:
        await at.offer(price=eur(200))
    assert refusal.value.code == "offer.price_fixed"
    assert (await at.offer()).state == OfferState.OPEN


async def test_offer_to_oneself_or_a_second_open_one_is_refused(market: Market) -> None:
    at = await trade(market)
    own = MakeOffer(listing_id=at.listing.id, terms=at.terms())
    with pytest.raises(Refusal) as refusal:
        await market.run(at.seller, lambda ctx: service.make_offer(ctx, catalogue(), own))
    assert refusal.value.code == "offer.own_listing"
    await at.offer()
    with pytest.raises(Refusal) as refusal:
        await at.offer()
    assert refusal.value.code == "offer.already_open"


async def test_after_ten_rounds_it_is_yes_or_no(market: Market) -> None:
    at = await trade(market)
    offer = await at.offer(price=eur(200))
    with pytest.raises(Refusal) as refusal:
        await at.counter(at.seller, offer, price=eur(200))
    assert refusal.value.code == "offer.nothing_changed"
    for number in range(9):
        await at.counter(at.buyer if number % 2 else at.seller, offer, price=eur(201 + number))
    with pytest.raises(Refusal) as refusal:
        await at.counter(at.buyer, offer, price=eur(300))
    assert refusal.value.code == "offer.too_many_rounds"


async def test_an_offer_stands_an_hour_at_least(market: Market) -> None:
    at = await trade(market)
    hasty = MakeOffer(listing_id=at.listing.id, terms=at.terms(), valid_for=timedelta(minutes=5))
    with pytest.raises(Refusal) as refusal:
        await market.run(at.buyer, lambda ctx: service.make_offer(ctx, catalogue(), hasty))
    assert refusal.value.code == "offer.validity"


async def test_buying_at_once_takes_the_listing_at_its_word(market: Market) -> None:
    at = await trade(market, buy_now=True)
    haggling = await at.offer(price=eur(150))
    command = BuyNow(listing_id=at.listing.id, quantity=tonnes(500), lots=20)
    bought = await market.run(at.buyer, lambda ctx: service.buy_now(ctx, command))

    assert (bought.state, bought.terms.total()) == ("accepted", Money.of(105_000, "EUR"))
    assert (await at.left()).state == ListingState.SOLD_OUT
    assert (await market.run(at.buyer, lambda ctx: service.offer_for(ctx, haggling.id))).state == OfferState.WITHDRAWN
    with pytest.raises(Refusal):
        await market.run(at.buyer, lambda ctx: service.buy_now(ctx, command))


async def test_the_last_tonnes_go_to_one_of_two(market: Market) -> None:
    at = await trade(market, buy_now=True)
    rival, _ = await market.newcomer("Cleo")
    command = BuyNow(listing_id=at.listing.id, quantity=tonnes(300))
    outcomes = await asyncio.gather(
        *(market.run(actor, lambda ctx: service.buy_now(ctx, command)) for actor in (at.buyer, rival)),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [Offer, Refusal]
    assert (await at.left()).remaining == tonnes(200)


# --- terms ------------------------------------------------------------------------------------------------------------

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)
codes = st.from_regex(r"[A-Za-z0-9_]{1,20}", fullmatch=True)
days = st.dates(date(2026, 1, 1), date(2028, 1, 1))


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    first, last = sorted((draw(days), draw(days)))
    degrees = st.none() | st.floats(-90, 90, allow_nan=False)
    return Terms(
        product_id=draw(codes),
        grade_id=draw(st.none() | codes),
        certificates=tuple(Certificate(scheme=each, number=draw(codes)) for each in draw(st.lists(codes, max_size=5))),
        quantity=tonnes(str(draw(st.decimals("0.001", 10**6, places=3)))),
        price=eur(str(draw(st.decimals("0.0001", 10**6, places=4)))),
        incoterm=draw(codes),
        place=Place(name=draw(codes), country="LT", lat=draw(degrees), lon=draw(degrees)),
        window_from=first,
        window_to=last,
        lots=draw(st.integers(1, 52)),
        note=draw(st.none() | words),
    )


@given(any_terms())
def test_terms_come_back_from_their_text(terms: Terms) -> None:
    assert Terms.read(terms.canonical()) == terms
    assert Terms.read(terms.as_json()) == terms
    assert Terms.read(terms.canonical()).canonical() == terms.canonical()


@given(any_terms(), st.randoms(use_true_random=False))
def test_the_order_of_keys_and_certificates_does_not_change_the_text(terms: Terms, order: random.Random) -> None:
    body = list(terms.as_json().items())
    order.shuffle(body)
    certificates = [each.model_dump() for each in terms.certificates] * 2
    order.shuffle(certificates)
    shuffled = Terms.read(json.dumps(dict(body) | {"certificates": certificates}))

    def fingerprint(of: Terms) -> str:
        return hashlib.sha256(of.canonical().encode()).hexdigest()

    assert fingerprint(shuffled) == fingerprint(terms)


def test_the_same_amount_written_differently_is_the_same_text() -> None:
    body: dict[str, Any] = {
        "product_id": "wood_pellets",
        "quantity": {"amount": "500.000", "unit": "t"},
        "price": {"amount": "210.50", "currency": "EUR", "unit": "t"},
        "incoterm": "DAP",
        "place": VILNIUS.model_dump(),
        "window_from": "2026-12-01",
        "window_to": "2027-03-31",
        "note": "  ",
    }
    plain = body | {
        "quantity": {"amount": "5E2", "unit": "t"},
        "price": {"amount": "210.5", "currency": "EUR", "unit": "t"},
    }
    assert Terms.read(body).canonical() == Terms.read(plain).canonical()
    assert Terms.read(body).note is None


@given(any_terms(), any_terms())
def test_a_difference_names_what_changed_and_nothing_else(earlier: Terms, later: Terms) -> None:
    changed = {each.field: each.after for each in rules.diff(earlier, later)}
    assert earlier.model_copy(update=changed) == later
    assert rules.diff(earlier, earlier) == []


async def test_sought_amount_is_proposed_within_the_listings_limits(market: Market) -> None:
    """Check proposals on a listing of 500 t, with 25 t as the least.

    The sought amount is converted to the listing's unit. Without one, all that is left is proposed.
    """
    listing = (await trade(market)).listing
    expected = {None: "500", tonnes(120): "120", tonnes(3): "25", tonnes(9000): "500"}
    expected |= {
        Quantity(Decimal(40_000), "kg"): "40",
        Quantity(Decimal(300), "MWh"): "65",
        Quantity(Decimal(9), "Nm3"): "500",
    }
    proposed = {each: rules.amount_of(catalogue(), listing, each) for each in expected}
    assert proposed == {each: Quantity(Decimal(amount), "t") for each, amount in expected.items()}


@pytest.mark.parametrize(
    ("first", "last", "far"),
    [("2027-04-01", "2027-04-05", False), ("2027-05-02", "2027-05-09", True), ("2026-10-01", "2026-10-05", True)],
)
def test_days_that_lie_more_than_a_month_apart_are_far(first: str, last: str, *, far: bool) -> None:
    listed = date(2026, 12, 1), date(2027, 3, 31)
    assert rules.is_far_from((date.fromisoformat(first), date.fromisoformat(last)), listed) is far
