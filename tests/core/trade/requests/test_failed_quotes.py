"""A quote that is taken is no deal yet: if none comes of it, the buyer chooses again.

No seller is bound longer by that.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.kernel.errors import NotAllowed, Refusal, Stale
from core.kernel.heartbeat import beat
from core.kernel.money import UnitPrice
from core.kernel.transaction import MARKET, TIME, Actor, Ctx
from core.trade.deals import service as deals
from core.trade.deals.model import Deal
from core.trade.offers.quotes import service as quotes
from core.trade.offers.quotes.model import MakeQuote, Quote
from core.trade.requests import service as requests
from core.trade.requests.events import RequestLapsed, RequestReopened, RequestSigned
from core.trade.requests.model import AWARD_WITHIN, Request, RequestState
from tests.core.conftest import Market
from tests.core.goods import catalogue
from tests.core.trade.requests.test_requests import expected, pass_hours, published, quoted

PRICE = UnitPrice(Decimal(209), "EUR", "t")


async def asked(market: Market, request: Request) -> Request:
    return await market.run(MARKET, lambda ctx: requests.request_for(ctx, request.id))


async def taken(market: Market, buyer: Actor, quote: Quote) -> Deal:
    """Take a quote and return its deal, which is not signed yet."""
    await market.run(buyer, lambda ctx: quotes.award_quote(ctx, quote.id))
    return (await market.run(MARKET, lambda ctx: deals.deals_of(ctx, quote.seller)))[0]


async def left(market: Market, who: Actor, deal: Deal) -> Deal:
    return await market.run(who, lambda ctx: deals.back_out(ctx, deal.id, deal.version))


async def seen_by(market: Market, actor: Actor, request: Request) -> list[str]:
    found = await market.run(actor, lambda ctx: quotes.quotes_on(ctx, requests.request_for(ctx, request.id)))
    return [each.id for each in found]


@pytest.mark.parametrize("by", ["buyer", "seller"])
async def test_next_quote_can_be_taken_after_an_unsigned_deal_until_its_end(market: Market, by: str) -> None:
    market.watch(RequestReopened, RequestSigned)
    buyer, request = await published(market)
    anna, _ = await market.newcomer("Anna")
    carla, _ = await market.newcomer("Carla")
    cheap, dear = await quoted(market, anna, request, 207), await quoted(market, carla, request, 209)
    await pass_hours(market, 72)
    bound = (await asked(market, request)).state_since + AWARD_WITHIN
    await pass_hours(market, 5)
    deal = await taken(market, buyer, cheap)
    awarded = await asked(market, request)
    assert awarded.state == RequestState.AWARDED
    seen = awarded.version

    await pass_hours(market, 7)
    await left(market, buyer if by == "buyer" else anna, deal)
    with pytest.raises(Stale):
        await left(market, anna, deal)
    again = await asked(market, request)
    assert (again.state, again.quotes) == ("deciding", 1)
    with pytest.raises(Stale):  # on the card of before
        await market.run(buyer, lambda ctx: quotes.award_quote(ctx, dear.id, seen))
    with pytest.raises(Refusal, match=r"quote\.taken_before"):
        await market.run(buyer, lambda ctx: quotes.award_quote(ctx, cheap.id))
    second = await taken(market, buyer, dear)
    for actor in (buyer, carla):
        await market.run(actor, lambda ctx: deals.sign_deal(ctx, second.id))
    assert (await asked(market, request)).state == RequestState.SIGNED
    told = [
        (type(fact), getattr(fact, "until", None), getattr(fact, "seller", None), getattr(fact, "freed", None))
        for fact in market.facts
    ]
    assert told == [(RequestReopened, bound, deal.seller, None), (RequestSigned, None, None, True)]


async def test_quote_does_not_bind_longer_because_another_was_taken(market: Market) -> None:
    """Signing has the same deadline as choosing. So a buyer who lets it pass has no quote left."""
    market.watch(RequestLapsed)
    buyer, request = await published(market)
    anna, _ = await market.newcomer("Anna")
    carla, _ = await market.newcomer("Carla")
    cheap, _ = await quoted(market, anna, request, 207), await quoted(market, carla, request, 209)
    await pass_hours(market, 72)
    await pass_hours(market, 5)
    await taken(market, buyer, cheap)
    await pass_hours(market, 72 - 6)
    assert await market.run(MARKET, lambda ctx: requests.bound_until(ctx, requests.request_for(ctx, request.id)))
    await pass_hours(market, 2)
    assert not await market.run(MARKET, lambda ctx: requests.bound_until(ctx, requests.request_for(ctx, request.id)))
    assert (await asked(market, request)).state == RequestState.AWARDED
    await pass_hours(market, 5)
    assert (await asked(market, request)).state == RequestState.LAPSED
    assert [fact.why for fact in market.facts if isinstance(fact, RequestLapsed)] == ["fell_through"]


async def test_open_request_takes_quotes_again_and_our_absence_does_not_count(market: Market) -> None:
    buyer, request = await published(market, sealed=False)
    anna, _ = await market.newcomer("Anna")
    only = await quoted(market, anna, request, 207)
    deal = await taken(market, buyer, only)
    with pytest.raises(Refusal, match=r"quote\.closed"):
        await quoted(market, anna, request, 206)
    await market.run(TIME, lambda ctx: beat(ctx, market.clock.now(), ()))
    market.clock.advance(hours=5)
    await market.run(TIME, lambda ctx: beat(ctx, market.clock.now(), ()))
    await left(market, anna, deal)
    again = await asked(market, request)
    assert (again.state, again.quotes, again.closes_at) == ("open", 0, request.closes_at + timedelta(hours=5))
    better = await quoted(market, anna, request, 205)
    assert (await asked(market, request)).quotes == 1
    assert await seen_by(market, buyer, request) == [better.id]
    await taken(market, buyer, better)


async def test_a_quote_for_days_that_are_over_is_none_to_choose(market: Market) -> None:
    begins = (market.clock.now() + timedelta(days=1)).date()
    buyer, request = await published(market, sealed=False, window_from=begins, window_to=begins + timedelta(days=60))
    anna, _ = await market.newcomer("Anna")
    carla, _ = await market.newcomer("Carla")
    cheap = await quoted(market, anna, request, 207)
    at_once = MakeQuote(request_id=request.id, price=PRICE, window_from=begins, window_to=begins)
    await market.run(carla, lambda ctx: quotes.make_quote(ctx, catalogue(), at_once))
    await pass_hours(market, 72)
    deal = await taken(market, buyer, cheap)
    await left(market, anna, deal)
    assert (await asked(market, request)).state == RequestState.LAPSED


async def test_lapsed_request_is_repeated_and_its_earlier_sellers_are_told(market: Market) -> None:
    buyer, request = await published(market)
    anna, _ = await market.newcomer("Anna")
    quote = await quoted(market, anna, request, 207)
    again = expected(market, again_of=request.id)
    with pytest.raises(Refusal, match=r"request\.not_over"):
        await market.run(buyer, lambda ctx: requests.publish_request(ctx, catalogue(), again))
    await pass_hours(market, 72)
    await pass_hours(market, 72)
    with pytest.raises(NotAllowed):
        await market.run(
            anna, lambda ctx: requests.publish_request(ctx, catalogue(), expected(market, again_of=request.id))
        )
    repeated = await market.run(
        buyer, lambda ctx: requests.publish_request(ctx, catalogue(), expected(market, again_of=request.id))
    )

    def known(ctx: Ctx) -> tuple[list[str], str | None]:
        stands = requests.request_for(ctx, repeated.id)
        earlier = quotes.passed_quote(ctx, stands)
        return quotes.asked_of(ctx, stands), earlier.id if earlier is not None else None

    assert await market.run(anna, known) == ([quote.seller], quote.id)
    assert await seen_by(market, buyer, repeated) == [], "what was quoted then binds nobody now"
