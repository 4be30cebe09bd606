"""Chargebacks of an early payment that money of a later part bears: whose that money is afterwards."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from core.kernel.transaction import PROVIDER
from core.money.ledger.accounts import escrow, refund_due
from core.trade.deals.model import DealState
from core.trade.funding import service
from core.trade.funding.model import TrancheState
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.trade.funding.chargeback_steps import books_hold, decided, of, recalled
from tests.core.trades import Trade, agreed

PART = 5_000_00
HALF = 10_500_00  # each of the deal's two parts, of two lots each


async def paid_in_part(market: Market, accepted: int, *, transfer: bool = False) -> Trade:
    """Pay the first part of a deal by card and some of the second, by card too or by `transfer`."""
    trade = await agreed(market, window_to=date(2027, 3, 20))
    await trade.sign()
    await trade.seller_can_be_paid()
    await trade.pay()
    for lot in (await trade.lots())[:accepted]:
        await trade.deliver(lot)
        await trade.accept(lot)
    await trade.provider_answers()
    second = (await trade.as_market(lambda ctx: service.tranches_of(ctx, trade.deal_id)))[1]
    await trade.pass_days((second.due_at - market.clock.now()).total_seconds() / 86400 + 0.5)
    await trade.provider_answers()
    if not transfer:
        await trade.pay(eur(PART), intent="pi_2")
        return trade
    payment = await trade.payment()
    part = partial(service.payment_part, payment_id=payment.id, received=eur(PART), intent_ref="pi_2")
    await market.run(PROVIDER, part)
    return trade


async def lapsed(trade: Trade) -> None:
    """Let the second part lapse without the rest of its money."""
    await trade.pass_days(6)
    await trade.provider_answers()
    states = [each.state for each in await trade.as_market(lambda ctx: service.tranches_of(ctx, trade.deal_id))]
    assert states == [TrancheState.FUNDED, TrancheState.LAPSED]


def given_back(trade: Trade) -> dict[str, int]:
    """Return the sum that was refunded from each payment."""
    sums: dict[str, int] = {}
    for body in trade.asked("refund"):
        sums[body["payment_intent"]] = sums.get(body["payment_intent"], 0) + body["amount"]
    return sums


@pytest.mark.parametrize("won", ["before", "after", "on appeal"])
@pytest.mark.parametrize("accepted", [1, 2])
async def test_money_of_lapsed_part_goes_back_when_the_bank_gives_it_up(
    market: Market, accepted: int, won: str
) -> None:
    trade = await paid_in_part(market, accepted)
    await recalled(trade, HALF)
    assert await of(trade, escrow(trade.deal_id)) == eur(0 if accepted == 2 else max(0, PART + HALF // 2 - HALF))
    await books_hold(trade)
    if won == "before":
        await decided(trade, won=True)
    await lapsed(trade)
    await books_hold(trade)
    if won != "before":
        if won == "on appeal":
            await decided(trade, won=False)
            await books_hold(trade)
        await decided(trade, won=True)
    await books_hold(trade)
    if accepted == 1 and won != "on appeal":
        last = (await trade.lots())[1]
        await trade.deliver(last)
        await trade.accept(last)
    await trade.provider_answers()
    # If two lots were paid, one may have ended by what the bank had kept of it.
    assert given_back(trade) == {"pi_2": PART} | ({"pi_1": HALF // 2} if accepted == 1 and won == "on appeal" else {})
    assert (await of(trade, escrow(trade.deal_id)), await of(trade, refund_due(trade.deal_id))) == (eur(0), eur(0))
    assert (await trade.deal()).state == DealState.COMPLETED
    await books_hold(trade)


@pytest.mark.parametrize("accepted", [1, 2])
async def test_partial_transfer_bears_no_chargeback_of_another_payment(market: Market, accepted: int) -> None:
    """A partial transfer stands in the buyer's balance at the provider until all of it has come. It is let go if the
    rest does not come.
    """
    trade = await paid_in_part(market, accepted, transfer=True)
    await recalled(trade, HALF)
    assert await of(trade, escrow(trade.deal_id)) == eur(PART)
    await books_hold(trade)
    payment = await trade.payment()
    await market.run(PROVIDER, partial(service.payment_lapsed, payment_id=payment.id))  # the provider cancels it
    assert await of(trade, escrow(trade.deal_id)) == eur(0)
    await books_hold(trade)
    await lapsed(trade)
    await decided(trade, won=False)
    assert (await trade.deal()).state == DealState.COMPLETED
    await books_hold(trade)
