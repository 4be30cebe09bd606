"""Payout reversals for a claim: results that come after the claim is settled otherwise or written off."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from core.kernel.transaction import PROVIDER
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.model import ChargebackState
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import Disbursement, DisbursementKind
from core.money.ledger.accounts import LOSS, payable, receivable
from core.trade.funding import settlement
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.trade.funding.chargeback_steps import (
    another_deal,
    books_hold,
    chargeback,
    decided,
    of,
    recalled,
    released,
)
from tests.core.trades import Trade

NET = 20_475_00  # one lot of 21,000.00, less our fee
LATER = 10_237_50  # a later deal of half the amount


async def asked_back(market: Market) -> Trade:
    """Pay all of it out, let the bank take it, and ask the seller's account for it. There is no result yet."""
    trade = await released(market, lots=1, accepted=1)
    await recalled(trade, answer=False)
    assert [body["amount"] for body in trade.asked("reversal")] == [NET]
    return trade


async def lost(trade: Trade) -> None:
    await trade.market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=False))


async def came(trade: Trade) -> None:
    """Let the provider report, twice, that it has taken back what it was asked for first."""
    disbursement = trade.asked("reversal")[0]["disbursement_id"]
    for _ in range(2):
        await trade.market.run(PROVIDER, partial(disbursements.done, disbursement_id=disbursement, ref="trr_1"))


async def refused(trade: Trade, *, final: bool = True) -> None:
    disbursement = trade.asked("reversal")[-1]["disbursement_id"]
    told = partial(disbursements.refused, disbursement_id=disbursement, why="balance_insufficient", final=final)
    await trade.market.run(PROVIDER, told)


async def reversals(trade: Trade) -> list[Disbursement]:
    found = await trade.as_market(lambda ctx: settlement.disbursements_of(ctx, trade.deal_id))
    return [each for each in found if each.kind is DisbursementKind.REVERSAL]


async def paid_later(trade: Trade) -> Trade:
    """Let the next deal of the same two be paid and accepted: its payout is kept for the debt."""
    later = await another_deal(trade)
    later = replace(later, answered=trade.answered | {post.id for post in trade.market.posts})
    await later.sign()
    await later.pay(intent="pi_2")
    (lot,) = await later.lots()
    await later.deliver(lot)
    await later.accept(lot)
    return later


@pytest.mark.parametrize("turned", [False, True])
async def test_reversal_after_write_off_lessens_our_loss(market: Market, turned: bool) -> None:
    trade = await asked_back(market)
    await lost(trade)
    await trade.pass_long()
    assert ((await chargeback(trade)).state, await of(trade, LOSS)) == ("written_off", eur(NET))
    await came(trade)
    assert (await of(trade, LOSS), await of(trade, payable(trade.selling))) == (eur(0), eur(0))
    assert [body["amount"] for body in trade.asked("transfer")] == [NET]  # and nothing goes to the seller again
    await books_hold(trade)
    if turned:
        await decided(trade, won=True)
        assert [body["amount"] for body in trade.asked("transfer")] == [NET, NET]
        assert await of(trade, LOSS) == eur(0)
        await books_hold(trade)


async def test_seller_gets_only_the_part_of_a_reversal_above_the_debt(market: Market) -> None:
    """A part of the claim was kept of a later payout while the whole of it was asked back."""
    trade = await asked_back(market)
    await lost(trade)
    await paid_later(trade)
    assert (await of(trade, receivable(trade.selling))) == eur(NET - LATER)
    await came(trade)
    assert (await chargeback(trade)).state == ChargebackState.RECOVERED
    assert [body["amount"] for body in trade.asked("transfer")] == [NET, LATER]
    assert await of(trade, receivable(trade.selling)) == eur(0)
    await books_hold(trade)


@pytest.mark.parametrize("ends", ["won", "written off"])
async def test_a_refusal_that_is_heard_when_nothing_is_owed_any_more_is_the_end_of_it(
    market: Market, ends: str
) -> None:
    trade = await asked_back(market)
    await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=ends == "won"))
    if ends == "written off":
        await trade.pass_long()
    disbursement = trade.asked("reversal")[0]["disbursement_id"]
    unclear = partial(disbursements.refused, disbursement_id=disbursement, why="api_error", final=False, perhaps=True)
    await market.run(PROVIDER, unclear)  # it may have been taken: it is looked for before it is asked for once more
    await market.run(PROVIDER, partial(disbursements.ask_again, disbursement_id=disbursement))
    assert [body["attempt"] for body in trade.asked("reversal")] == [1, 2]
    await refused(trade)
    assert await reversals(trade) == []
    await trade.pass_days(9)
    assert len(trade.asked("reversal")) == 2
    await books_hold(trade)


async def test_repeated_reversal_asks_for_the_debt_that_is_left(market: Market) -> None:
    trade = await asked_back(market)
    await refused(trade)
    await lost(trade)
    await paid_later(trade)
    await trade.pass_days(9)
    assert [body["amount"] for body in trade.asked("reversal")] == [NET, NET - LATER]
    await refused(trade)
    await paid_later(trade)  # and now nothing is owed
    assert (await chargeback(trade)).state == ChargebackState.RECOVERED
    await trade.pass_days(9)
    assert len(trade.asked("reversal")) == 2
    assert await reversals(trade) == []
    await books_hold(trade)
