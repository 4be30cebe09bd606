"""An open request is changed: no quote binds its seller to terms that they have not read.

Sellers have time to quote again.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.kernel.errors import Invalid, NotAllowed, Refusal, Stale
from core.kernel.money import UnitPrice
from core.kernel.transaction import Actor, Ctx
from core.trade.offers.quotes import service as quotes
from core.trade.offers.quotes.model import MakeQuote
from core.trade.requests import service as requests
from core.trade.requests.events import RequestChanged, RequestLapsed
from core.trade.requests.model import ChangeRequest, Request, RequestState
from tests.core.conftest import Market
from tests.core.goods import RIGA, catalogue, eur, tonnes
from tests.core.trade.requests.test_requests import WINDOW, pass_hours, published, quoted


async def changed(
    market: Market, buyer: Actor, request: Request, expected_version: int | None = None, **what: Any
) -> Request:
    command = ChangeRequest(**what)
    return await market.run(
        buyer, lambda ctx: requests.change_request(ctx, catalogue(), request.id, command, expected_version)
    )


def valid(request: Request) -> Any:
    return lambda ctx: quotes.quotes_on(ctx, requests.request_for(ctx, request.id))


@pytest.mark.parametrize(
    "what",
    [
        {"quantity": tonnes(120)},
        {"place": RIGA},
        {"incoterm": "FCA"},
        {"window_to": WINDOW[1] + timedelta(days=7)},
        {"certificates": ("FSC",)},
        {"grade_id": "ENplus_A1"},
        {"lots": 2},
        {"words": "In big bags."},
        {"later": 24},
    ],
)
async def test_a_quote_never_binds_to_what_its_seller_has_not_read(market: Market, what: dict[str, Any]) -> None:
    market.watch(RequestChanged)
    buyer, request = await published(market)
    anna, _ = await market.newcomer("Anna")
    first = await quoted(market, anna, request, 209)
    if "later" in what:
        what = {"closes_at": request.closes_at + timedelta(hours=what["later"])}
    now = await changed(market, buyer, request, **what)
    fact = market.facts[-1]
    assert isinstance(fact, RequestChanged)
    assert (now.quotes, fact.quotes_passed, len(fact.changes)) == (0, 1, 1)
    assert await market.run(anna, valid(request)) == []

    def passed(ctx: Ctx) -> str | None:
        quote = quotes.passed_quote(ctx, requests.request_for(ctx, request.id))
        return quote.id if quote is not None else None

    assert await market.run(anna, passed) == first.id
    again = await quoted(market, anna, request, 211)
    assert await market.run(anna, passed) is None
    await pass_hours(market, 73 + 24)
    with pytest.raises(Refusal, match=r"quote\.replaced"):
        await market.run(buyer, lambda ctx: quotes.award_quote(ctx, first.id))
    assert [each.id for each in await market.run(buyer, valid(request))] == [again.id]
    await market.run(buyer, lambda ctx: quotes.award_quote(ctx, again.id))


@pytest.mark.parametrize("what", [{"target": eur(199)}, {"target": None}, {"quotes_each": 5}, {"earlier": 24}])
async def test_change_without_new_terms_leaves_the_quotes(market: Market, what: dict[str, Any]) -> None:
    buyer, request = await published(market)
    anna, _ = await market.newcomer("Anna")
    quote = await quoted(market, anna, request, 209)
    if "earlier" in what:
        what = {"closes_at": request.closes_at - timedelta(hours=what["earlier"])}
    now = await changed(market, buyer, request, **what)
    assert now.quotes == 1
    assert [each.id for each in await market.run(anna, valid(request))] == [quote.id]
    await pass_hours(market, 72)
    await market.run(buyer, lambda ctx: quotes.award_quote(ctx, quote.id))


async def test_seller_has_a_day_at_least_to_quote_again(market: Market) -> None:
    buyer, request = await published(market)
    anna, _ = await market.newcomer("Anna")
    await pass_hours(market, 60)
    await changed(market, buyer, request, words="Loose.")  # there is no quote yet
    await quoted(market, anna, request, 209)
    with pytest.raises(Invalid, match=r"request\.time_to_quote_anew"):
        await changed(market, buyer, request, words="In big bags.")
    until = market.clock.now() + timedelta(hours=25)
    await changed(market, buyer, request, words="In big bags.", closes_at=until)
    await quoted(market, anna, request, 212)
    await pass_hours(market, 13)
    assert (await market.run(buyer, lambda ctx: requests.request_for(ctx, request.id))).state == RequestState.OPEN
    await pass_hours(market, 13)
    assert (await market.run(buyer, lambda ctx: requests.request_for(ctx, request.id))).state == RequestState.DECIDING


async def test_a_quote_begun_before_the_change_is_not_taken_after_it(market: Market) -> None:
    buyer, request = await published(market)
    anna, _ = await market.newcomer("Anna")
    command = MakeQuote(request_id=request.id, edition=1, price=eur(209), window_from=WINDOW[0], window_to=WINDOW[1])
    await changed(market, buyer, request, target=UnitPrice(Decimal(200), "EUR", "t"))
    await market.run(anna, lambda ctx: quotes.make_quote(ctx, catalogue(), command))  # a hint has moved, no term
    await changed(market, buyer, request, quantity=tonnes(150))
    with pytest.raises(Stale):
        await market.run(anna, lambda ctx: quotes.make_quote(ctx, catalogue(), command))


async def test_the_limit_of_quotes_is_that_of_what_is_asked_now(market: Market) -> None:
    buyer, request = await published(market, quotes_each=1)
    anna, _ = await market.newcomer("Anna")
    await quoted(market, anna, request, 209)
    with pytest.raises(Refusal, match=r"quote\.enough"):
        await quoted(market, anna, request, 208)
    await changed(market, buyer, request, quantity=tonnes(150))
    await quoted(market, anna, request, 208)


async def test_without_a_quote_on_what_is_asked_now_it_lapses(market: Market) -> None:
    market.watch(RequestLapsed)
    buyer, request = await published(market)
    anna, _ = await market.newcomer("Anna")
    await quoted(market, anna, request, 209)
    await changed(market, buyer, request, quantity=tonnes(150))
    await pass_hours(market, 73)
    assert [type(fact) for fact in market.facts] == [RequestLapsed]


async def test_only_its_buyer_changes_it_as_last_seen_and_while_it_is_open(market: Market) -> None:
    buyer, request = await published(market)
    anna, _ = await market.newcomer("Anna")
    with pytest.raises(NotAllowed):
        await changed(market, anna, request, lots=2)
    await changed(market, buyer, request, expected_version=1, lots=2)
    with pytest.raises(Stale):
        await changed(market, buyer, request, expected_version=1, lots=3)
    with pytest.raises(Invalid, match=r"request\.currency_stays"):
        await changed(market, buyer, request, target=UnitPrice(Decimal(900), "PLN", "t"))
    with pytest.raises(Invalid, match=r"request\.cut_off_after_delivery"):
        await changed(market, buyer, request, closes_at=market.clock.now() + timedelta(days=29))
    await quoted(market, anna, request, 209)
    await pass_hours(market, 73)
    with pytest.raises(Stale):
        await changed(market, buyer, request, lots=4)
