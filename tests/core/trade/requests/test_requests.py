"""Open requests: sealed quotes, a cut-off, and one chosen; the deal of a quote runs like any other."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from core.kernel.errors import Invalid, NotAllowed, NotFound, Refusal, Stale
from core.kernel.heartbeat import beat
from core.kernel.money import Money, UnitPrice
from core.kernel.transaction import MARKET, TIME, Actor
from core.trade.deals import reactions as deal_reactions
from core.trade.deals import service as deals
from core.trade.deals.commission import PlatformTerms
from core.trade.deals.model import Deal, DealState
from core.trade.delivery import reactions as delivery_reactions
from core.trade.listings.model import Place
from core.trade.offers.quotes import service as quotes
from core.trade.offers.quotes.events import QuoteAwarded, QuoteMade
from core.trade.offers.quotes.model import MakeQuote, Quote
from core.trade.requests import reactions as request_reactions
from core.trade.requests import service as requests
from core.trade.requests.events import RequestAwarded, RequestCutOff, RequestLapsed, RequestPublished, RequestWithdrawn
from core.trade.requests.model import PublishRequest, Request
from tests.core.conftest import Market
from tests.core.goods import catalogue, tonnes
from tests.core.trades import TIMER_HANDLERS

WINDOW = date(2026, 12, 14), date(2026, 12, 20)
ALL_TIMER_HANDLERS = {**TIMER_HANDLERS, **request_reactions.timer_handlers}


def expected(market: Market, **changes: Any) -> PublishRequest:
    """Return a request for 100 t of pellets that takes quotes for three days."""
    asked: dict[str, Any] = {
        "product_id": "wood_pellets",
        "quantity": tonnes(100),
        "target": UnitPrice(Decimal(205), "EUR", "t"),
        "incoterm": "DAP",
        "place": Place(name="Kaunas", country="LT", lat=54.9, lon=23.9),
        "window_from": WINDOW[0],
        "window_to": WINDOW[1],
        "lots": 4,
        "closes_at": market.clock.now() + timedelta(days=3),
    }
    return PublishRequest(**asked | changes)


async def published(market: Market, **changes: Any) -> tuple[Actor, Request]:
    deal_reactions.listen(market.reactions, PlatformTerms(250))
    delivery_reactions.listen(market.reactions)
    request_reactions.listen(market.reactions)
    buyer, _ = await market.newcomer("Ben")
    command = expected(market, **changes)
    return buyer, await market.run(buyer, lambda ctx: requests.publish_request(ctx, catalogue(), command))


async def quoted(
    market: Market, seller: Actor, request: Request, price: int, *, currency: str = "EUR", note: str = ""
) -> Quote:
    command = MakeQuote(
        request_id=request.id,
        price=UnitPrice(Decimal(price), currency, "t"),
        window_from=WINDOW[0],
        window_to=WINDOW[1],
        note=note,
    )
    return await market.run(seller, lambda ctx: quotes.make_quote(ctx, catalogue(), command))


async def pass_hours(market: Market, hours: float) -> None:
    market.clock.advance(hours=hours)
    while await market.run_timers(ALL_TIMER_HANDLERS):
        pass


async def test_sealed_quotes_are_hidden_before_the_cut_off(market: Market) -> None:
    market.watch(RequestPublished, QuoteMade, RequestCutOff, RequestAwarded, QuoteAwarded)
    buyer, request = await published(market)
    anna, _ = await market.newcomer("Anna")
    carla, _ = await market.newcomer("Carla")
    dear = await quoted(market, anna, request, 212)
    first = await quoted(market, carla, request, 209)
    second = await quoted(market, carla, request, 207)

    async def seen(actor: Actor) -> list[str]:
        found = await market.run(actor, lambda ctx: quotes.quotes_on(ctx, requests.request_for(ctx, request.id)))
        return [each.id for each in found]

    assert await seen(buyer) == []
    assert await seen(anna) == [dear.id]
    assert await seen(carla) == [second.id]
    with pytest.raises(NotFound):
        await market.run(anna, lambda ctx: quotes.quote_for(ctx, second.id))
    with pytest.raises(Refusal, match=r"request\.sealed"):
        await market.run(buyer, lambda ctx: quotes.award_quote(ctx, second.id))

    await pass_hours(market, 72)
    assert await seen(buyer) == [second.id, dear.id]
    with pytest.raises(Refusal, match=r"quote\.closed"):
        await quoted(market, anna, request, 200)
    with pytest.raises(Refusal, match=r"quote\.replaced"):
        await market.run(buyer, lambda ctx: quotes.award_quote(ctx, first.id))
    with pytest.raises(NotAllowed):
        await market.run(anna, lambda ctx: quotes.award_quote(ctx, dear.id))
    await market.run(buyer, lambda ctx: quotes.award_quote(ctx, second.id))
    with pytest.raises(Stale):
        await market.run(buyer, lambda ctx: quotes.award_quote(ctx, dear.id))
    told = [type(fact) for fact in market.facts]
    assert told == [RequestPublished, QuoteMade, QuoteMade, QuoteMade, RequestCutOff, RequestAwarded, QuoteAwarded]


async def test_a_deal_of_a_quote_is_signed_called_off_and_leaves_no_shelf_behind(market: Market) -> None:
    buyer, request = await published(market, sealed=False)
    anna, seller = await market.newcomer("Anna")
    quote = await quoted(market, anna, request, 207, note="By walking floor")
    await market.run(buyer, lambda ctx: quotes.award_quote(ctx, quote.id))

    def made(ctx: Any) -> Deal:
        return deals.deals_of(ctx, request.buyer)[0]

    deal: Deal = await market.run(MARKET, made)
    assert (deal.quote_id, deal.offer_id, deal.listing_id) == (quote.id, None, None)
    assert (deal.amount, deal.terms.lots, deal.terms.note) == (Money(20_700_00, "EUR"), 4, "By walking floor")
    for actor in (buyer, anna):
        await market.run(actor, lambda ctx: deals.sign_deal(ctx, deal.id))
    await market.run(anna, lambda ctx: deals.cancel_deal(ctx, deal.id))
    assert (await market.run(MARKET, made)).state == DealState.UNWINDING
    assert seller.organisation_id == deal.seller


async def test_a_seller_quotes_so_often_and_in_the_buyers_currency(market: Market) -> None:
    buyer, request = await published(market, quotes_each=2)
    anna, _ = await market.newcomer("Anna")
    with pytest.raises(Refusal, match=r"quote\.own_request"):
        await quoted(market, buyer, request, 200)
    with pytest.raises(Invalid, match=r"quote\.other_currency"):
        await quoted(market, anna, request, 900, currency="PLN")
    for price in (210, 209):
        await quoted(market, anna, request, price)
    with pytest.raises(Refusal, match=r"quote\.enough"):
        await quoted(market, anna, request, 208)


async def test_a_request_ends_by_itself(market: Market) -> None:
    market.watch(RequestLapsed)
    buyer, silent = await published(market)
    await pass_hours(market, 72)
    answered = await market.run(buyer, lambda ctx: requests.publish_request(ctx, catalogue(), expected(market)))
    anna, _ = await market.newcomer("Anna")
    await quoted(market, anna, answered, 207)
    await pass_hours(market, 72)
    await pass_hours(market, 72)
    told = [(fact.request_id, fact.why) for fact in market.facts if isinstance(fact, RequestLapsed)]
    assert told == [(silent.id, "nobody_quoted"), (answered.id, "bidding_closed")]


async def test_a_request_is_withdrawn_by_its_buyer_as_they_saw_it(market: Market) -> None:
    market.watch(RequestWithdrawn)
    buyer, request = await published(market)
    seen = request.version
    anna, _ = await market.newcomer("Anna")
    await quoted(market, anna, request, 207)
    with pytest.raises(NotAllowed):
        await market.run(anna, lambda ctx: requests.withdraw_request(ctx, request.id))
    with pytest.raises(Stale):  # a quote has come since
        await market.run(buyer, lambda ctx: requests.withdraw_request(ctx, request.id, seen))
    await market.run(buyer, lambda ctx: requests.withdraw_request(ctx, request.id))
    assert len(market.facts) == 1


async def test_replaced_quote_changes_the_version_of_the_request(market: Market) -> None:
    """Otherwise a buyer who takes the first at that moment would bind its seller to terms that they have replaced."""
    buyer, request = await published(market, sealed=False)
    anna, _ = await market.newcomer("Anna")
    first = await quoted(market, anna, request, 207)
    seen = (await market.run(MARKET, lambda ctx: requests.request_for(ctx, request.id))).version
    second = await quoted(market, anna, request, 211)
    for quote in (first, second):
        with pytest.raises(Stale if quote is second else Refusal):
            await market.run(buyer, partial(quotes.award_quote, quote_id=quote.id, expected_version=seen))
    now = await market.run(MARKET, lambda ctx: requests.request_for(ctx, request.id))
    assert (now.version, now.quotes) == (seen + 1, 1)
    await market.run(buyer, partial(quotes.award_quote, quote_id=second.id, expected_version=now.version))


async def test_our_own_absence_puts_off_the_cut_off(market: Market) -> None:
    _, request = await published(market)
    await market.run(TIME, lambda ctx: beat(ctx, market.clock.now(), ()))
    market.clock.advance(hours=5)
    await market.run(TIME, lambda ctx: beat(ctx, market.clock.now(), ()))
    moved = await market.run(MARKET, lambda ctx: requests.request_for(ctx, request.id))
    assert moved.closes_at == request.closes_at + timedelta(hours=5)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"hours": 0.5}, "request.cut_off"),
        ({"hours": 24 * 31}, "request.cut_off"),
        ({"hours": 24 * 29}, "request.cut_off_after_delivery"),
    ],
)
async def test_a_cut_off_leaves_time_to_quote_and_to_deliver(
    market: Market, changes: dict[str, float], code: str
) -> None:
    closes = market.clock.now() + timedelta(**changes)
    with pytest.raises(Invalid, match=re.escape(f"{code} ")):
        await published(market, closes_at=closes)


async def test_a_quote_says_how_many_lots_it_takes_and_what_no_lots_can_carry_is_not_asked_for(market: Market) -> None:
    _, request = await published(market, quantity=tonnes(5000), lots=1, target=None)
    anna, _ = await market.newcomer("Anna")
    with pytest.raises(Invalid, match=r"offer\.too_large ") as refused:
        await quoted(market, anna, request, 210)
    assert refused.value.parts["lots"] == 2
    command = MakeQuote(
        request_id=request.id,
        price=UnitPrice(Decimal(210), "EUR", "t"),
        window_from=WINDOW[0],
        window_to=WINDOW[1],
        lots=2,
    )
    quote = await market.run(anna, lambda ctx: quotes.make_quote(ctx, catalogue(), command))
    assert (quote.terms.lots, quote.terms.total()) == (2, Money(1_050_000_00, "EUR"))
    with pytest.raises(Invalid, match=r"offer\.too_large_for_lots ") as beyond:
        await published(market, quantity=tonnes(300_000))
    assert beyond.value.parts["most"] == Money(51_999_999_48, "EUR")
