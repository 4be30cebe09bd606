"""Alerts about new requests: each seller of such goods is told once, at their own hours, never of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.discovery.alerts import reactions, request_alerts
from core.discovery.alerts.events import RequestsFound, SellersSearched
from core.discovery.alerts.model import MESSAGES_A_DAY
from core.kernel.errors import NotFound
from core.kernel.transaction import MARKET, Actor
from core.people.accounts.linking import offer_link, take_link
from core.people.accounts.model import Person
from core.people.blocking.service import block
from core.trade.listings.model import Listing, Place
from core.trade.listings.service import publish_listing, reserve, withdraw_listing
from core.trade.offers.quotes.model import MakeQuote
from core.trade.offers.quotes.service import make_quote
from core.trade.requests.model import PublishRequest, Request
from core.trade.requests.service import publish_request, withdraw_request
from tests.core.conftest import Market
from tests.core.discovery.alerts.test_alerts import TEN_IN_VILNIUS
from tests.core.goods import RIGA, VILNIUS, catalogue, eur, pellets, tonnes

MADRID = Place(name="Madrid", country="ES", lat=40.4165, lon=-3.7026)


@dataclass
class Asking:
    """A market with a buyer's requests and other people's listings, which records all alerts."""

    market: Market
    buyer: Actor
    told: list[RequestsFound] = field(default_factory=list)

    def __post_init__(self) -> None:
        reactions.listen(self.market.reactions)
        self.market.reactions.on(RequestsFound, lambda _ctx, fact: self.told.append(fact))
        self.timer_handlers = dict(reactions.timer_handlers(catalogue))

    async def seller(self, name: str, **goods: Any) -> tuple[Actor, Person, Listing]:
        actor, person = await self.market.newcomer(name)
        zone = update(Person).where(Person.id == person.id).values(zone="Europe/Vilnius")
        await self.market.run(actor, lambda ctx: ctx.session.execute(zone))
        listing = await self.market.run(actor, lambda ctx: publish_listing(ctx, catalogue(), pellets(**goods)))
        return actor, person, listing

    async def ask(self, buyer: Actor | None = None, **changes: Any) -> Request:
        """Ask for something, and let it be held against all listings."""
        asked: dict[str, Any] = {
            "product_id": "wood_pellets",
            "quantity": tonnes(100),
            "incoterm": "DAP",
            "place": RIGA,
            "window_from": date(2026, 12, 14),
            "window_to": date(2026, 12, 20),
            "closes_at": self.market.clock.now() + timedelta(days=3),
        }
        command = PublishRequest(**(asked | changes))
        request = await self.market.run(buyer or self.buyer, lambda ctx: publish_request(ctx, catalogue(), command))
        await self.later()
        return request

    async def later(self, **by: float) -> None:
        for step in ({}, by):
            self.market.clock.advance(**step)
            while await self.market.run_timers(self.timer_handlers):
                pass

    def told_to(self, person: Person) -> list[tuple[str, ...]]:
        return [tuple(each.request_id for each in fact.found) for fact in self.told if fact.person_id == person.id]


@pytest.fixture
async def asking(market: Market) -> Asking:
    market.clock.moment = TEN_IN_VILNIUS
    buyer, _ = await market.newcomer("Tom")
    return Asking(market, buyer)


async def test_only_sellers_of_such_goods_are_told_once(asking: Asking) -> None:
    anna, herself, listing = await asking.seller("Anna")
    others = [
        await asking.seller("Ben", product_id="wood_chips_dry", grade_id=None, certificates=()),
        await asking.seller("Eva", grade_id="ENplus_A2"),
        await asking.seller("Juan", place=MADRID),
        await asking.seller("Ona", quantity=tonnes(500), min_lot=tonnes(200)),
    ]
    request = await asking.ask(grade_id="ENplus_A1")
    await asking.later(days=1)

    assert asking.told_to(herself) == [(request.id,)]
    assert [asking.told_to(person) for _, person, _ in others] == [[]] * 4
    why, met = await asking.market.run(anna, lambda ctx: request_alerts.told_of(ctx, catalogue(), request.id))
    assert why.id == listing.id
    assert {each.code for each in met} == {"search.why.product", "search.why.grade", "search.why.near"}
    with pytest.raises(NotFound):
        await asking.market.run(others[0][0], lambda ctx: request_alerts.told_of(ctx, catalogue(), request.id))


async def test_request_above_every_listing_reaches_its_sellers_and_counts_companies(asking: Asking) -> None:
    searched: list[SellersSearched] = []
    asking.market.reactions.on(SellersSearched, lambda _ctx, fact: searched.append(fact))
    _, anna, _ = await asking.seller("Anna", quantity=tonnes(50))
    _, ben, _ = await asking.seller("Ben", quantity=tonnes(60))
    request = await asking.ask(quantity=tonnes(5000))
    assert [(each.request_id, each.sellers) for each in searched] == [(request.id, 2)]
    assert await asking.market.run(asking.buyer, lambda ctx: request_alerts.sellers_told(ctx, request.id)) == 2
    await asking.later(days=1)
    assert asking.told_to(anna) == asking.told_to(ben) == [(request.id,)]


async def test_own_company_and_blocked_buyers_are_not_told(asking: Asking) -> None:
    anna, herself, _ = await asking.seller("Anna")
    await asking.ask(buyer=anna)
    tom = await asking.market.run(asking.buyer, lambda ctx: ctx.session.get(Person, ctx.actor.person))
    assert tom is not None
    await asking.market.run(anna, lambda ctx: block(ctx, tom.organisation_id))
    await asking.ask()
    await asking.later(days=1)
    assert asking.told_to(herself) == []


async def test_sold_out_listing_counts_until_it_is_withdrawn(asking: Asking) -> None:
    anna, herself, listing = await asking.seller("Anna")
    await asking.market.run(MARKET, lambda ctx: reserve(ctx, listing.id, listing.quantity))
    first = await asking.ask()
    assert asking.told_to(herself) == [(first.id,)]
    await asking.market.run(anna, lambda ctx: withdraw_listing(ctx, listing.id))
    await asking.ask()
    await asking.later(days=1)
    assert asking.told_to(herself) == [(first.id,)]


async def test_at_night_it_waits_and_what_is_over_by_then_is_not_told(asking: Asking) -> None:
    _, herself, _ = await asking.seller("Anna")
    await asking.later(hours=13)  # 23:00 in Vilnius
    over, open_still = await asking.ask(), await asking.ask(place=VILNIUS)
    assert asking.told_to(herself) == []
    await asking.market.run(asking.buyer, lambda ctx: withdraw_request(ctx, over.id))
    await asking.later(hours=9)
    assert asking.told_to(herself) == [(open_still.id,)]


async def test_the_messages_of_a_day_are_capped_and_the_rest_come_together(asking: Asking) -> None:
    _, herself, _ = await asking.seller("Anna")
    for _ in range(MESSAGES_A_DAY + 3):
        await asking.ask()
        await asking.later(minutes=11)
    assert len(asking.told_to(herself)) == MESSAGES_A_DAY
    await asking.later(days=1)
    assert [len(each) for each in asking.told_to(herself)] == [1] * MESSAGES_A_DAY + [3]


async def test_muted_seller_is_not_told_until_unmuted(asking: Asking) -> None:
    anna, herself, _ = await asking.seller("Anna")
    await asking.market.run(anna, lambda ctx: request_alerts.mute_requests(ctx, "wood_pellets"))
    await asking.market.run(anna, lambda ctx: request_alerts.mute_requests(ctx, "wood_pellets"))
    await asking.ask()
    await asking.later(hours=1)
    assert await asking.market.run(anna, request_alerts.sold_products) == {"wood_pellets": False}
    await asking.market.run(anna, lambda ctx: request_alerts.hear_of_requests(ctx, "wood_pellets"))
    request = await asking.ask()
    assert asking.told_to(herself) == [(request.id,)]
    assert await asking.market.run(anna, request_alerts.sold_products) == {"wood_pellets": True}


async def test_seller_who_has_quoted_is_not_told(asking: Asking) -> None:
    anna, herself, _ = await asking.seller("Anna")
    await asking.later(hours=13)
    request = await asking.ask()
    command = MakeQuote(
        request_id=request.id, price=eur(210), window_from=request.window_from, window_to=request.window_to
    )
    await asking.market.run(anna, lambda ctx: make_quote(ctx, catalogue(), command))
    await asking.later(days=1)
    assert asking.told_to(herself) == []


async def test_mute_of_either_account_survives_their_merge(asking: Asking) -> None:
    anna, herself, _ = await asking.seller("Anna")
    phone, _ = await asking.market.newcomer("Anna's phone")
    await asking.market.run(phone, lambda ctx: request_alerts.mute_requests(ctx, "wood_pellets"))
    code = await asking.market.run(anna, lambda ctx: offer_link(ctx).code)
    await asking.market.run(phone, lambda ctx: take_link(ctx, code))
    assert await asking.market.run(anna, request_alerts.sold_products) == {"wood_pellets": False}
    await asking.ask()
    await asking.later(days=1)
    assert asking.told_to(herself) == []
