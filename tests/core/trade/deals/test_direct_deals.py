"""Paid directly: both agree to it, nothing is held, the lots still run, and nothing waits for ever."""

from __future__ import annotations

import pytest

from core.kernel.errors import NotAllowed, Refusal, Stale
from core.kernel.money import Money
from core.trade.deals import access
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.delivery.model import LotState
from core.trade.funding import settlement
from core.trade.listings.service import listing_for
from tests.core.conftest import Market
from tests.core.trades import Trade, agreed


async def direct(market: Market, lots: int = 1) -> Trade:
    trade = await agreed(market, lots=lots)
    await trade.sign()
    await market.run(trade.buyer, lambda ctx: deals.ask_direct(ctx, trade.deal_id))
    with pytest.raises(NotAllowed):
        await market.run(trade.buyer, lambda ctx: deals.agree_direct(ctx, trade.deal_id))
    await market.run(trade.seller, lambda ctx: deals.agree_direct(ctx, trade.deal_id))
    await trade.provider_answers()
    return trade


async def test_both_agree_and_the_goods_are_delivered_without_held_money(market: Market) -> None:
    trade = await direct(market)
    assert await trade.states() == (DealState.FUNDED_DIRECT, [LotState.WAITING])
    assert len(trade.asked("checkout.expire")) == 1
    with pytest.raises(NotAllowed):
        await market.run(trade.buyer, lambda ctx: deals.confirm_money(ctx, trade.deal_id))
    await market.run(trade.seller, lambda ctx: deals.confirm_money(ctx, trade.deal_id))
    lot = (await trade.lots())[0]
    await trade.deliver(lot)
    await trade.accept(lot)
    assert await trade.states() == (DealState.COMPLETED, [LotState.ACCEPTED])
    assert trade.asked("transfer") == trade.asked("refund") == []
    await market.books_hold()


async def test_partial_payment_is_refunded_when_a_deal_becomes_direct(market: Market) -> None:
    trade = await agreed(market, lots=1)
    await trade.sign()
    await trade.pay(amount=Money(1_000_00, "EUR"))
    await market.run(trade.seller, lambda ctx: deals.ask_direct(ctx, trade.deal_id))
    await market.run(trade.buyer, lambda ctx: deals.agree_direct(ctx, trade.deal_id))
    await trade.provider_answers()
    assert [body["amount"] for body in trade.asked("refund")] == [1_000_00]
    await market.books_hold()


async def test_the_protected_payment_is_open_until_both_agree(market: Market) -> None:
    trade = await agreed(market)
    await trade.sign()
    await market.run(trade.seller, lambda ctx: deals.ask_direct(ctx, trade.deal_id))
    await trade.pay()
    assert (await trade.deal()).state == DealState.FUNDED
    with pytest.raises(Stale):
        await market.run(trade.buyer, lambda ctx: deals.agree_direct(ctx, trade.deal_id))


async def test_both_give_it_up_and_the_goods_are_for_sale_again(market: Market) -> None:
    trade = await direct(market, lots=2)
    await market.run(trade.buyer, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    await market.run(trade.seller, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
    assert await trade.states() == (DealState.CLOSED, [LotState.DROPPED, LotState.DROPPED])
    assert str(await trade.as_market(lambda ctx: listing_for(ctx, trade.listing_id).remaining)) == "500 t"


@pytest.mark.parametrize("confirmed", [True, False])
async def test_direct_deal_never_waits_for_ever(market: Market, confirmed: bool) -> None:
    trade = await direct(market)
    if confirmed:
        await market.run(trade.seller, lambda ctx: deals.confirm_money(ctx, trade.deal_id))
    await trade.pass_long()
    assert (await trade.deal()).state == DealState.CLOSED
    assert await trade.as_market(lambda ctx: settlement.disbursements_of(ctx, trade.deal_id)) == []


async def test_no_payment_is_requested_where_no_money_is_held(market: Market) -> None:
    trade = await agreed(market, lots=1, settlement="direct")
    await trade.sign()
    assert await trade.states() == (DealState.FUNDED_DIRECT, [LotState.WAITING])
    assert trade.asked("checkout.open") == []


@pytest.mark.parametrize(
    ("held", "state"), [({"SEK", "EUR"}, DealState.AWAITING_FUNDING), ({"SEK"}, DealState.FUNDED_DIRECT)]
)
async def test_currency_that_cannot_be_held_is_paid_directly(market: Market, held: set[str], state: DealState) -> None:
    trade = await agreed(market, lots=1, settlement="held", held=frozenset(held))
    await trade.sign()
    assert (await trade.deal()).state == state


async def test_direct_payment_is_refused_where_all_money_is_held(market: Market) -> None:
    trade = await agreed(market, lots=1, settlement="held")
    await trade.sign()
    assert await market.run(trade.buyer, lambda ctx: access.may(ctx, access.deal_for(ctx, trade.deal_id))) == ["cancel"]
    with pytest.raises(Refusal, match=r"deal\.always_held"):
        await market.run(trade.buyer, lambda ctx: deals.ask_direct(ctx, trade.deal_id))
