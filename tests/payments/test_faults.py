"""Network faults on money under way: each story ends with one effect and books that agree."""

from __future__ import annotations

from typing import NoReturn

import pytest
from sqlalchemy import update

from core.kernel.dispatcher import ATTEMPTS
from core.kernel.money import Money
from core.kernel.outbox import OutboxRow
from core.money.disbursements.model import DisbursementState
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.funding import payees
from core.trade.funding import service as escrow
from core.trade.funding.model import PaymentState
from payments.provider import TransferRequest
from tests.payments.conftest import Shop

OPEN, TRANSFER, REFUND = "POST /v1/checkout/sessions", "POST /v1/transfers", "POST /v1/refunds"


@pytest.mark.parametrize("kind", ["answer_lost", "drop", "outage", "duplicate"])
async def test_a_payout_is_made_once_whatever_the_network_does(shop: Shop, kind: str) -> None:
    await shop.funded()
    await shop.onboard()
    await shop.strike(kind, TRANSFER, times=2)
    await shop.deliver_all()
    for _ in range(3):
        await shop.pass_time(minutes=5)
    await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == 2
    await shop.books_agree()


@pytest.mark.parametrize("kind", ["answer_lost", "drop", "outage", "duplicate"])
async def test_one_page_is_opened_whatever_the_network_does(shop: Shop, kind: str) -> None:
    await shop.strike(kind, OPEN)
    for actor in (shop.trade.buyer, shop.trade.seller):
        await shop.market.run(actor, lambda ctx: deals.sign_deal(ctx, shop.trade.deal_id))
    await shop.work()
    await shop.pass_time(seconds=5)
    (session,) = await shop.made("checkout.session")
    assert (await shop.trade.payment()).session_ref == session["id"]


async def test_a_payout_unknown_for_a_day_is_looked_for_before_it_is_asked_for_again(shop: Shop) -> None:
    """By then Stripe has forgotten the key: the same ask would pay a second time."""
    await shop.funded()
    await shop.onboard()
    await shop.strike("answer_lost", TRANSFER)
    first, _ = await shop.trade.lots()
    await shop.trade.deliver(first)
    await shop.trade.accept(first)
    await shop.dispatcher.idle()
    assert [each.state for each in await shop.effects()] == [DisbursementState.ASKED]
    asked = await shop.calls(TRANSFER)
    await shop.later(hours=25)
    await shop.work()
    assert [each.state for each in await shop.effects()] == [DisbursementState.DONE]
    assert await shop.calls(TRANSFER) == asked
    assert len(await shop.made("transfer")) == 1
    await shop.books_agree()


async def test_a_payment_whose_webhooks_are_lost_is_found_by_the_sweep(shop: Shop) -> None:
    payment = await shop.sign()
    await shop.strike("drop", "", deliveries=True, times=100)
    await shop.pay(payment)
    assert (await shop.trade.deal()).state == DealState.AWAITING_FUNDING
    assert await shop.reconciler.compare_books() == [
        "our books say 0.00 EUR, the provider 20684.75 EUR: 20684.75 EUR apart"
    ]
    assert await shop.reconciler.sweep() == 1
    assert (await shop.trade.deal()).state == DealState.FUNDED
    assert await shop.reconciler.sweep() == 0
    await shop.books_agree()


async def test_a_payment_in_the_last_second_of_a_deal_called_off_goes_back(shop: Shop) -> None:
    payment = await shop.sign()
    await shop.strike("drop", "", deliveries=True, times=100)
    await shop.pay(payment)
    await shop.market.run(shop.trade.buyer, lambda ctx: deals.cancel_deal(ctx, shop.trade.deal_id))
    await shop.work()
    assert (await shop.trade.payment()).state == PaymentState.RETURNED
    (refund,) = await shop.made("refund")
    assert (refund["amount"], refund["status"]) == (2_100_000, "pending")
    assert [each.state for each in await shop.effects()] == [DisbursementState.ASKED]
    await shop.reserve()
    await shop.pass_time(hours=2)
    await shop.reconciler.sweep()
    assert [each.state for each in await shop.effects()] == [DisbursementState.DONE]
    assert (await shop.trade.deal()).state == DealState.CANCELLED
    await shop.books_agree()


async def test_a_refund_is_given_once_and_booked_when_it_has_gone(shop: Shop) -> None:
    await shop.funded()
    await shop.reserve()
    await shop.strike("answer_lost", REFUND)
    await shop.market.run(shop.trade.seller, lambda ctx: deals.ask_cancel(ctx, shop.trade.deal_id))
    await shop.market.run(shop.trade.buyer, lambda ctx: deals.agree_cancel(ctx, shop.trade.deal_id))
    await shop.work()
    await shop.pass_time(seconds=2)
    await shop.until_deal(DealState.CANCELLED)
    (refund,) = await shop.made("refund")
    assert (refund["amount"], refund["status"]) == (2_100_000, "succeeded")
    assert (await shop.trade.money()).paid_back == Money(2_100_000, "EUR")
    await shop.books_agree()


async def test_a_seller_who_lost_their_account_is_paid_when_it_works_again(shop: Shop) -> None:
    await shop.funded()
    await shop.onboard()
    account = await shop.account()
    await shop.strike("drop", "", deliveries=True, times=100)  # no notice, neither now nor when it is over
    await shop.does(f"accounts/{account}", do="restrict")
    await shop.deliver_all()
    assert {each.state for each in await shop.effects()} == {DisbursementState.WAITING}
    assert {each.why for each in await shop.effects()} == {"insufficient_capabilities_for_transfer"}
    await shop.does(f"accounts/{account}", do="restore")
    await shop.pass_time(days=1, minutes=1)
    await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == 2
    await shop.books_agree()


async def test_a_seller_whose_account_was_closed_opens_another_one_and_is_paid(shop: Shop) -> None:
    await shop.funded()
    await shop.onboard()
    closed = await shop.account()
    await shop.does(f"accounts/{closed}", do="close")
    await shop.deliver_all()
    await shop.reconciler.sweep()
    assert {each.state for each in await shop.effects()} == {DisbursementState.WAITING}
    for _ in range(2):  # pressed twice it is one account
        await shop.market.run(shop.trade.seller, payees.ask_onboarding)
    await shop.work()
    opened = {each["id"] for each in await shop.made("account")} - {closed}
    assert opened == {await shop.account()}
    await shop.does(f"onboard/{await shop.account()}")
    await shop.reconciler.sweep()
    await shop.until_deal(DealState.COMPLETED)
    assert {each["destination"] for each in await shop.made("transfer")} == opened
    await shop.books_agree()


async def test_a_payout_that_was_given_up_is_tried_again_in_the_night(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of ours stood in its way for days, and no request for it was repeated."""
    await shop.funded()
    await shop.onboard()

    async def mistaken(_ask: TransferRequest) -> NoReturn:
        raise ValueError("an answer that nobody can read")

    with monkeypatch.context() as broken:
        broken.setattr(shop.provider, "transfer", mistaken)
        await shop.deliver_all()
        await shop.trade.as_market(lambda ctx: ctx.session.execute(update(OutboxRow).values(attempts=ATTEMPTS - 1)))
        await shop.pass_time(hours=25)
        assert "given up" in str(await shop.reconciler.reconcile())
        await shop.work()
    assert {each.state for each in await shop.effects()} == {DisbursementState.ASKED}
    await shop.reconciler.reconcile()
    await shop.work()
    await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == 2
    await shop.books_agree()
    assert await shop.reconciler.reconcile() == {}


async def test_pay_page_of_a_cancelled_deal_is_closed(shop: Shop) -> None:
    await shop.sign()
    await shop.market.run(shop.trade.buyer, lambda ctx: deals.cancel_deal(ctx, shop.trade.deal_id))
    await shop.work()
    (session,) = await shop.made("checkout.session")
    assert session["status"] == "expired"
    assert (await shop.trade.deal()).state == DealState.CANCELLED


async def test_a_page_runs_out_and_another_is_opened(shop: Shop) -> None:
    first = await shop.sign()
    await shop.pass_time(hours=24)

    async def lapsed() -> bool:
        return (await shop.trade.payment()).state is PaymentState.LAPSED

    await shop.until(lapsed)
    await shop.market.run(shop.trade.buyer, lambda ctx: escrow.pay_again(ctx, shop.trade.deal_id))
    await shop.work()
    second = await shop.trade.payment()
    assert second.url not in (None, first.url)
    await shop.pay(second)
    await shop.until_deal(DealState.FUNDED)


@pytest.mark.parametrize("made", [True, False], ids=["made", "not made"])
async def test_a_refund_unknown_for_days_is_looked_for_and_given_once(shop: Shop, made: bool) -> None:
    """By then Stripe has forgotten the key.

    No person is asked, whether the refund was made at first or only now.
    """
    await shop.funded()
    await shop.reserve()
    await shop.strike("answer_lost" if made else "drop", REFUND)
    await shop.strike("drop", "", deliveries=True, times=100)
    await shop.market.run(shop.trade.seller, lambda ctx: deals.ask_cancel(ctx, shop.trade.deal_id))
    await shop.market.run(shop.trade.buyer, lambda ctx: deals.agree_cancel(ctx, shop.trade.deal_id))
    await shop.dispatcher.idle()
    assert ([each.state for each in await shop.effects()], len(await shop.made("refund"))) == (
        [DisbursementState.ASKED],
        int(made),
    )
    asked = await shop.calls(REFUND)
    for _ in range(3):  # and then the provider is down for days
        await shop.strike("outage", "")
        await shop.pass_time(hours=25)
    await shop.pass_time(hours=2)
    await shop.reconciler.sweep()
    await shop.pass_time(hours=2)
    await shop.reconciler.sweep()
    assert [each["status"] for each in await shop.made("refund")] == ["succeeded"]
    assert await shop.calls(REFUND) == asked + (not made)
    assert ([each.state for each in await shop.effects()], (await shop.trade.deal()).state) == (
        [DisbursementState.DONE],
        "cancelled",
    )
    await shop.books_agree()
