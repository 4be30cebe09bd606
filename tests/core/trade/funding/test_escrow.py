"""Held money: it is paid once, split to the cent and sent once, and nothing is left after the deal."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from core.books.audit.service import invariants
from core.kernel.transaction import MARKET, PROVIDER
from core.money.disbursements import service as disbursements
from core.money.disbursements.events import DisbursementRefused, PayoutWaiting
from core.money.disbursements.model import DisbursementKind
from core.money.ledger.accounts import COMMISSION, escrow
from core.money.ledger.service import balance, books
from core.money.model import SubjectKind
from core.trade.deals import access
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.delivery import claims
from core.trade.delivery import service as delivery
from core.trade.delivery.model import LotState, ProposeCut
from core.trade.funding import payees, rules, settlement
from core.trade.funding.events import OnboardingLinkReady, PayoutSent
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.trades import COMMISSION_BP, Trade, agreed, market_in_memory, paid

Fate = Literal["accepted", "claimed_accepted", "given_back", "argued", "cut", "never_sent", "cancelled"]
FATES: list[Fate] = ["accepted", "claimed_accepted", "given_back", "argued", "cut", "never_sent"]


# --- rules ------------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 99_999_999), st.integers(0, 10_000)), min_size=1, max_size=52),
    st.integers(0, 10_000),
)
def test_however_a_deal_is_cut_the_fee_is_that_of_the_whole(lots: list[tuple[int, int]], basis_points: int) -> None:
    released, fees, back = eur(0), eur(0), eur(0)
    for amount, share in lots:
        parting = rules.part(eur(amount), eur(amount).share(share), released, fees, basis_points)
        assert parting.net + parting.fee + parting.back == eur(amount)
        assert min(parting.net, parting.fee, parting.back) >= eur(0)
        released, fees, back = released + parting.released, fees + parting.fee, back + parting.back
    assert released + back == eur(sum(amount for amount, _ in lots))
    assert fees == released.share(basis_points)


# --- paying out -------------------------------------------------------------------------------------------------------


async def test_an_accepted_lot_is_paid_at_once_less_the_commission(market: Market) -> None:
    market.watch(PayoutSent)
    trade = await paid(market)
    lot = (await trade.lots())[0]
    await trade.deliver(lot)
    await trade.accept(lot)
    sent = trade.asked("transfer")
    assert [(body["amount"], body["account"]) for body in sent] == [(5_118_75, f"acct_{trade.selling}")]
    await trade.provider_answers()
    assert market.facts == [PayoutSent(trade.selling, trade.deal_id, lot.id, eur(5_118_75))]
    money = await trade.money()
    assert (money.held, money.released, money.commission) == (eur(15_750_00), eur(5_250_00), eur(131_25))
    assert money.paid_out == eur(5_118_75)
    assert await trade.as_market(lambda ctx: balance(ctx, COMMISSION, "EUR")) == eur(131_25)
    shown = await trade.as_market(lambda ctx: books(ctx, trade.deal_id))
    assert [entry["memo"] for entry in shown["entries"]] == [
        "Paid by the buyer",
        "Kept by the provider",
        "Lot 1 accepted",
        "Sent to the seller",
    ]


async def test_a_lot_is_parted_once_however_often_it_is_told(market: Market) -> None:
    trade = await one_payout(market)
    lot = (await trade.lots())[0]
    for released in (0, 100, 21_000_00):
        await trade.as_market(partial(settlement.settle_lot, lot_id=lot.id, released=eur(released)))
    assert (await trade.money()).released == eur(21_000_00)
    assert len(trade.asked("transfer")) == 1


async def test_a_seller_without_an_account_is_waited_for(market: Market) -> None:
    market.watch(PayoutWaiting, OnboardingLinkReady)
    trade = await agreed(market, lots=1)
    await trade.sign()
    await trade.pay()
    lot = (await trade.lots())[0]
    await trade.deliver(lot)
    await trade.accept(lot)
    assert trade.asked("transfer") == []
    assert await trade.states() == (DealState.SETTLING, [LotState.ACCEPTED])
    await trade.seller_can_be_paid()
    assert market.facts == [
        PayoutWaiting(SubjectKind.DEAL, trade.deal_id, trade.selling, eur(20_475_00), "no_account"),
        OnboardingLinkReady(trade.selling, trade.seller.person or "", "https://connect.example"),
    ]
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.COMPLETED
    await trade.market.books_hold()


async def test_a_payout_put_off_is_tried_again_the_next_day(market: Market) -> None:
    trade = await one_payout(market)
    disbursement = trade.asked("transfer")[0]["disbursement_id"]
    refuse = partial(disbursements.refused, disbursement_id=disbursement, why="balance_insufficient", final=False)
    await market.run(PROVIDER, refuse)
    await market.run(PROVIDER, refuse)
    await trade.pass_days(1)
    assert [body["attempt"] for body in trade.asked("transfer")] == [1, 2]
    await market.run(PROVIDER, lambda ctx: disbursements.done(ctx, disbursement, "tr_1"))
    await market.run(PROVIDER, lambda ctx: disbursements.done(ctx, disbursement, "tr_1"))
    await trade.pass_days(2)
    assert len(trade.asked("transfer")) == 2
    assert (await trade.deal()).state == DealState.COMPLETED
    await trade.market.books_hold()


async def test_a_payout_refused_for_good_is_the_operators(market: Market) -> None:
    market.watch(DisbursementRefused)
    trade = await one_payout(market)
    disbursement = trade.asked("transfer")[0]["disbursement_id"]
    await market.run(PROVIDER, lambda ctx: disbursements.refused(ctx, disbursement, "account_closed", final=True))
    told = (SubjectKind.DEAL, trade.deal_id, disbursement, DisbursementKind.PAYOUT, trade.selling, eur(20_475_00))
    assert market.facts == [DisbursementRefused(*told, "account_closed")]
    assert (await trade.deal()).state == DealState.PAYOUT_BLOCKED
    await trade.market.books_hold()
    await trade.as_market(lambda ctx: disbursements.ask_again(ctx, disbursement))
    await market.run(PROVIDER, lambda ctx: disbursements.done(ctx, disbursement, "tr_2"))
    assert (await trade.deal()).state == DealState.COMPLETED


async def test_a_refund_put_off_is_tried_again_and_keeps_the_deal_open(market: Market) -> None:
    trade = await paid(market)
    await market.run(trade.seller, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    await market.run(trade.buyer, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
    disbursement = trade.asked("refund")[0]["disbursement_id"]
    await market.run(PROVIDER, lambda ctx: disbursements.refused(ctx, disbursement, "charge_pending", final=False))
    assert (await trade.deal()).state == DealState.REFUND_BLOCKED
    await trade.pass_days(1)
    await market.run(PROVIDER, lambda ctx: disbursements.done(ctx, disbursement, "re_1"))
    assert (await trade.deal()).state == DealState.CANCELLED
    await trade.market.books_hold()


async def test_an_account_is_opened_once_and_its_link_as_often_as_asked(market: Market) -> None:
    trade = await agreed(market)
    await trade.seller_can_be_paid()
    await market.run(trade.seller, trade.in_lithuania)
    await market.run(trade.seller, payees.ask_onboarding)
    await trade.provider_answers()
    assert (len(trade.asked("account.open")), len(trade.asked("account.link"))) == (1, 2)
    account = f"acct_{trade.selling}"
    assert await trade.as_market(lambda ctx: payees.organisation_of_account(ctx, account)) == trade.selling


RANDOM_DEALS = int(os.environ.get("DEALS", "12"))  # a slice; `make random-deals` lives through as many as you like


# --- any deal at all --------------------------------------------------------------------------------------------------


@settings(max_examples=RANDOM_DEALS, deadline=None)
@given(
    thousandths=st.integers(2_000, 400_000),
    fates=st.lists(st.tuples(st.sampled_from(FATES), st.integers(0, 99)), min_size=1, max_size=5),
    cancel_at=st.none() | st.integers(0, 4),
    ready_late=st.booleans(),
)
def test_any_deal_ends_with_nothing_held(
    thousandths: int, fates: list[tuple[Fate, int]], cancel_at: int | None, ready_late: bool
) -> None:
    asyncio.run(live_through(thousandths, fates, cancel_at, ready_late=ready_late))


async def live_through(
    thousandths: int, fates: list[tuple[Fate, int]], cancel_at: int | None, *, ready_late: bool
) -> None:
    """Run a deal whose lots meet their fates in the drawn order, and which may be cancelled on the way."""
    async with market_in_memory() as market:
        amount = f"{thousandths // 1000}.{thousandths % 1000:03}"
        trade = await agreed(market, amount, len(fates))
        await trade.sign()
        await trade.pay()
        if not ready_late:
            await trade.seller_can_be_paid()
        order = sorted(range(len(fates)), key=lambda i: (fates[i][1], i))
        for turn, i in enumerate(order):
            if turn == cancel_at:
                await market.run(trade.buyer, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
                await market.run(trade.seller, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
            await meet_fate(trade, i, fates[i][0])
            await trade.pay()  # the provider tells us again
        if ready_late:
            await trade.seller_can_be_paid()
        await trade.pass_long()
        await trade.provider_answers()
        deal, money = await trade.deal(), await trade.money()
        assert deal.state in (DealState.COMPLETED, DealState.CANCELLED)
        assert money.held == eur(0)
        assert money.released + money.refunded == deal.amount
        assert money.commission == money.released.share(COMMISSION_BP)
        assert (money.paid_out, money.paid_back) == (money.released - money.commission, money.refunded)
        await trade.market.books_hold()


async def meet_fate(trade: Trade, number: int, fate: Fate) -> None:
    lot = (await trade.lots())[number]
    if lot.state != LotState.PLANNED or fate == "never_sent":
        return
    await trade.deliver(lot)
    if fate != "accepted":
        await trade.claim(lot)
    if fate in ("accepted", "claimed_accepted"):
        await trade.accept(lot)
    elif fate == "given_back":
        await trade.market.run(trade.seller, lambda ctx: delivery.give_back_lot(ctx, lot.id))
    elif fate == "cut":
        cut = ProposeCut(lot_id=lot.id, pay=lot.amount.share(6_667))
        await trade.market.run(trade.seller, lambda ctx: claims.propose_cut(ctx, cut))
        await trade.market.run(trade.buyer, lambda ctx: claims.take_proposal(ctx, lot.id))


# --- what every story checks ------------------------------------------------------------------------------------------


async def one_payout(market: Market) -> Trade:
    """Return a deal of one lot that was accepted; its payout has been asked for."""
    trade = await paid(market, lots=1)
    lot = (await trade.lots())[0]
    await trade.deliver(lot)
    await trade.accept(lot)
    return trade


async def test_the_check_sees_money_left_in_a_finished_deal(market: Market) -> None:
    trade = await paid(market)
    await trade.as_market(lambda ctx: setattr(access.deal_for(ctx, trade.deal_id), "state", "completed"))
    broken = [check.name for check in await market.run(MARKET, invariants) if not check.ok]
    assert broken == ["no finished deal holds money"]
    assert await trade.as_market(lambda ctx: balance(ctx, escrow(trade.deal_id), "EUR")) == eur(21_000_00)
