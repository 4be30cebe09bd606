"""Chargebacks while another deal's payout to the same seller waits: the payout is kept for the debt."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.kernel.transaction import MARKET, PROVIDER, Ctx
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.events import ChargebackServed, PayoutSetOff
from core.money.chargebacks.model import ChargebackState
from core.money.disbursements.model import Disbursement, DisbursementState
from core.money.model import SubjectKind
from core.money.payees.model import Payee
from core.trade.deals.model import DealState
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.trade.funding.chargeback_steps import another_deal, books_hold, chargeback, decided, recalled, released
from tests.core.trades import TIMER_HANDLERS, Trade, agreed, market_in_memory


async def waits_elsewhere(trade: Trade) -> Trade:
    """Let a payout of another deal of the same two wait, because the seller's account is not ready."""
    later = await another_deal(trade)
    await later.sign()
    await later.pay(intent="pi_2")
    await trade.market.run(MARKET, lambda ctx: _not_ready(ctx, trade.selling))
    lot = (await later.lots())[0]
    await later.deliver(lot)
    await later.accept(lot)
    return later


def _not_ready(ctx: Ctx, seller: str) -> None:
    ctx.session.get_one(Payee, seller).ready = False


async def left_of(trade: Trade) -> list[int]:
    """Return the amounts of a deal's disbursements that are not done yet."""
    own = select(Disbursement.amount_minor).where(
        Disbursement.subject == trade.deal_id, Disbursement.state != DisbursementState.DONE
    )
    found: list[int] = await trade.as_market(lambda ctx: list(ctx.session.scalars(own)))
    return found


async def owes(market: Market, taken: int = 21_000_00) -> tuple[Trade, Trade]:
    """Let a payout wait in a second deal, and only then let the bank take a payment of the first."""
    trade = await released(market, lots=1, accepted=1)
    later = await waits_elsewhere(trade)
    await recalled(trade, taken, answer=False)
    trade.answered |= {post.id for post in market.posts if post.kind == "reversal"}
    assert await left_of(later) == [10_237_50]
    return trade, later


async def test_waiting_payout_of_another_deal_is_kept_when_claim_is_lost(market: Market) -> None:
    market.watch(PayoutSetOff, ChargebackServed)
    trade, later = await owes(market)
    await decided(trade, won=False)  # told twice
    while await market.run_timers(TIMER_HANDLERS):
        pass
    assert await left_of(later) == []
    assert (await chargeback(trade)).outstanding == eur(20_475_00 - 10_237_50)
    assert (await later.deal()).state == DealState.COMPLETED
    kept, owed, found = eur(10_237_50), eur(10_237_50), await chargeback(trade)
    assert market.facts == [
        ChargebackServed(SubjectKind.DEAL, trade.deal_id, found.id, trade.selling, later.deal_id, kept, owed),
        PayoutSetOff(SubjectKind.DEAL, later.deal_id, trade.selling, kept, eur(0)),
    ]
    await books_hold(trade)
    await trade.seller_can_be_paid()
    await books_hold(trade)
    await decided(trade, won=True)  # an appeal that the bank hears after all: what was kept is theirs again
    assert trade.asked("transfer")[-1]["amount"] == 10_237_50
    await books_hold(trade)


async def test_part_of_payout_above_the_claim_is_sent(market: Market) -> None:
    trade, later = await owes(market, 1_000_00)
    claimed = (await chargeback(trade)).outstanding
    await decided(trade, won=False)
    while await market.run_timers(TIMER_HANDLERS):
        pass
    assert (await chargeback(trade)).state == ChargebackState.RECOVERED
    assert await left_of(later) == [10_237_50 - claimed.minor]
    await trade.seller_can_be_paid()
    assert trade.asked("transfer")[-1]["amount"] == 10_237_50 - claimed.minor
    await trade.provider_answers()
    assert (await later.deal()).state == DealState.COMPLETED
    await books_hold(trade)


async def test_payout_that_may_have_left_is_not_kept(market: Market) -> None:
    """The provider was asked for it and has not answered: it is not known to be here."""
    trade = await released(market, lots=1, accepted=1)
    later = await another_deal(trade)
    await later.sign()
    await later.pay(intent="pi_2")
    lot = (await later.lots())[0]
    await later.deliver(lot)
    await later.accept(lot)
    assert await left_of(later) == [10_237_50]
    await recalled(trade, answer=False)
    await market.run(PROVIDER, lambda ctx: chargebacks.closed(ctx, ref="du_1", won=False))
    while await market.run_timers(TIMER_HANDLERS):
        pass
    assert await left_of(later) == [10_237_50]
    await books_hold(trade)


@settings(max_examples=12, deadline=None)
@given(taken=st.integers(1, 21_000_00), won=st.booleans(), sent_first=st.booleans())
def test_whatever_is_taken_nothing_is_paid_twice_and_the_books_hold(taken: int, won: bool, sent_first: bool) -> None:
    asyncio.run(_kept_and_sent(taken, won=won, sent_first=sent_first))


async def _kept_and_sent(taken: int, *, won: bool, sent_first: bool) -> None:
    """Check that the kept and the sent part add up to the waiting payout.

    The kept part is the debt, as far as the payout covers it.
    """
    async with market_in_memory() as market:
        trade, later = await owes(market, taken)
        owed = (await chargeback(trade)).outstanding
        if sent_first:
            await trade.seller_can_be_paid()
        await decided(trade, won=won)
        while await market.run_timers(TIMER_HANDLERS):
            pass
        await trade.seller_can_be_paid()
        await trade.provider_answers()
        await books_hold(trade)
        kept = min(owed, eur(10_237_50)) if sent_first or not won else eur(0)
        asked = trade.asked("transfer")
        sent = [body["amount"] for body in asked if body["group"] == f"deal_{later.deal_id}"]
        back = [body["amount"] for body in asked if body["group"] == f"deal_{trade.deal_id}"][1:]
        assert sum(sent) == 10_237_50 - kept.minor
        assert sum(back) == (kept.minor if won else 0)


async def test_seller_hears_how_much_of_own_waiting_payouts_was_kept(market: Market) -> None:
    """The seller has no account for payouts yet. Then the bank keeps 15,000 of the 21,000 that were released."""
    trade = await agreed(market, lots=2)
    await trade.sign()
    await trade.pay()
    for lot in await trade.lots():
        await trade.deliver(lot)
        await trade.accept(lot)
    await recalled(trade, 15_000_00)
    market.watch(PayoutSetOff)
    owed = (await chargeback(trade)).outstanding
    await decided(trade, won=False)
    told = [(fact.organisation_id, fact.amount, fact.net) for fact in market.facts if isinstance(fact, PayoutSetOff)]
    rest = owed - eur(10_237_50)
    assert told == [
        (trade.selling, eur(10_237_50), eur(0)),
        (trade.selling, rest, eur(10_237_50) - rest),
    ]
    await books_hold(trade)
