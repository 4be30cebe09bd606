"""Deals whose money a bank calls back, step by step, and what the books then say."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from core.kernel.money import Money
from core.kernel.transaction import PROVIDER
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.model import Chargeback
from core.money.disbursements import recovery
from core.money.ledger.service import balance
from core.trade.deals import service as deals
from core.trade.funding import chargebacks as funding_chargebacks
from core.trade.offers.model import BuyNow
from core.trade.offers.service import buy_now
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.goods import tonnes
from tests.core.trades import Trade, paid


async def released(market: Market, lots: int = 2, accepted: int = 2) -> Trade:
    """Let some lots be accepted and paid out."""
    trade = await paid(market, lots=lots)
    for lot in (await trade.lots())[:accepted]:
        await trade.deliver(lot)
        await trade.accept(lot)
    await trade.provider_answers()
    return trade


async def recalled(trade: Trade, cents: int = 21_000_00, payment: int = 1, *, answer: bool = True) -> None:
    opened = partial(
        recovery.chargeback_opened,
        ref=f"du_{payment}",
        intent_ref=f"pi_{payment}",
        amount=eur(cents),
        fee=eur(20_00),
        reason="fraudulent",
        evidence_due=None,
    )
    for _ in range(2):  # told twice
        await trade.market.run(PROVIDER, opened)
    if answer:
        await trade.provider_answers()


async def decided(trade: Trade, *, won: bool) -> None:
    closed = partial(chargebacks.closed, ref="du_1", won=won, fee_returned=eur(20_00) if won else None)
    for _ in range(2):
        await trade.market.run(PROVIDER, closed)
    await trade.provider_answers()


async def chargeback(trade: Trade) -> Chargeback:
    (found,) = await trade.as_market(lambda ctx: funding_chargebacks.chargebacks_of(ctx, trade.deal_id))
    assert isinstance(found, Chargeback)
    return found


async def of(trade: Trade, account: str) -> Money:
    found = await trade.as_market(lambda ctx: balance(ctx, account, "EUR"))
    assert isinstance(found, Money)
    return found


async def books_hold(trade: Trade) -> None:
    await trade.market.books_hold()


async def another_deal(trade: Trade) -> Trade:
    """Buy 50 t of the same listing in one lot, between the same buyer and seller."""
    command = BuyNow(listing_id=trade.listing_id, quantity=tonnes(50))
    await trade.market.run(trade.buyer, lambda ctx: buy_now(ctx, command))
    found = await trade.as_market(lambda ctx: deals.deals_of(ctx, trade.buying))
    return replace(trade, deal_id=found[0].id)
