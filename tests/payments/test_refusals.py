"""Refusals and other trouble of the provider: nothing is lost by any of them.

It refuses requests, keeps failures under a key, takes money back later, and asks sellers for details.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from core.kernel.database import LostConnection
from core.kernel.dispatcher import Dispatcher
from core.kernel.money import Money
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import Actor, Ctx
from core.money.chargebacks.model import ChargebackState
from core.money.disbursements.events import PayoutWaiting
from core.money.disbursements.model import DisbursementState
from core.money.payees.events import PayeeReady
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.funding import chargebacks
from core.trade.funding import service as escrow
from core.trade.funding.events import PayeeRestricted
from payments.provider import Done, EarningsRequest, Refused
from payments.transport import PaymentTransport
from tests.core import invoicing_steps
from tests.payments.conftest import Shop

TRANSFER, REFUND, OPEN = "POST /v1/transfers", "POST /v1/refunds", "POST /v1/checkout/sessions"


@pytest.mark.parametrize("work", ["before", "after"])
async def test_a_failure_that_is_kept_under_a_key_is_asked_under_another(shop: Shop, work: str) -> None:
    """A key answers 500 for a day after a failure, whether the payout was made or not."""
    await shop.funded()
    await shop.onboard()
    await shop.does("troubles", status=500, match=TRANSFER, times=1, work=work)
    await shop.deliver_all()
    for _ in range(4):
        await shop.pass_time(minutes=5)
    await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == 2
    await shop.books_agree()


async def test_a_payout_that_failed_and_was_made_is_asked_back_though_the_bank_has_decided_meanwhile(
    shop: Shop,
) -> None:
    """The payout is still thought to have failed. So the seller's debt is taken back from it later, not withheld."""
    await shop.funded()
    await shop.onboard()
    await shop.does("troubles", status=500, match=TRANSFER, times=1, work="after")
    await shop.deliver_all()
    for do in ("open", "lose"):
        await shop.does(f"disputes/{await shop.newest('charge')}", do=do)
    await shop.reserve()

    async def lost() -> bool:
        found = await shop.trade.as_market(lambda ctx: chargebacks.chargebacks_of(ctx, shop.trade.deal_id))
        return [each.state for each in found] == [ChargebackState.LOST]

    await shop.until(lost)
    for _ in range(4):
        await shop.pass_time(minutes=5)
    await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == 2
    await shop.books_agree()


async def test_page_that_failed_to_open_is_opened_again(shop: Shop) -> None:
    await shop.does("troubles", status=500, match=OPEN, times=1, work="after")
    for actor in (shop.trade.buyer, shop.trade.seller):
        await shop.market.run(actor, lambda ctx: deals.sign_deal(ctx, shop.trade.deal_id))
    await shop.work()
    await shop.pass_time(seconds=5)
    await shop.pass_time(seconds=5)
    await shop.market.run(shop.trade.buyer, lambda ctx: escrow.pay_again(ctx, shop.trade.deal_id))
    await shop.work()
    payment = await shop.trade.payment()
    assert payment.url is not None
    await shop.pay(payment)
    await shop.until_deal(DealState.FUNDED)
    await shop.books_agree()


@pytest.mark.parametrize("match", [TRANSFER, REFUND])
async def test_too_many_calls_are_made_later(shop: Shop, match: str) -> None:
    await shop.funded()
    await shop.onboard()
    await shop.reserve()
    await shop.does("troubles", status=429, match=match, times=3)
    if match == TRANSFER:
        await shop.deliver_all()
    else:
        await shop.market.run(shop.trade.seller, lambda ctx: deals.ask_cancel(ctx, shop.trade.deal_id))
        await shop.market.run(shop.trade.buyer, lambda ctx: deals.agree_cancel(ctx, shop.trade.deal_id))
    for _ in range(5):
        await shop.pass_time(minutes=5)
    await shop.until_deal(DealState.COMPLETED if match == TRANSFER else DealState.CANCELLED)
    await shop.books_agree()


async def test_two_of_us_asking_at_once_make_one_payout(shop: Shop) -> None:
    """The provider works on the first request while the second comes: 409, and the same key again."""
    await shop.funded()
    await shop.onboard()
    await shop.does("pace", seconds=0.05)
    effects = PaymentTransport(shop.provider, shop.market.clock, shop.market.transactions, invoicing_steps.PAPER_WORDS)
    other = Dispatcher(shop.market.transactions, shop.market.clock, {"payments": effects})

    def to_both(posts: Sequence[OutboxMessage]) -> None:
        shop.dispatcher.offer(posts)
        other.offer(posts)

    shop.market.transactions.deliver_by(to_both)
    await shop.deliver_all()
    await asyncio.gather(shop.dispatcher.idle(), other.idle())
    await shop.does("pace", seconds=0)
    for _ in range(3):
        await shop.pass_time(minutes=2)
    await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == 2
    await other.close()
    await shop.books_agree()


async def test_a_refund_that_comes_back_later_is_owed_again(shop: Shop) -> None:
    await shop.funded()
    await shop.reserve()
    await shop.market.run(shop.trade.seller, lambda ctx: deals.ask_cancel(ctx, shop.trade.deal_id))
    await shop.market.run(shop.trade.buyer, lambda ctx: deals.agree_cancel(ctx, shop.trade.deal_id))
    await shop.work()
    await shop.pass_time(seconds=5)
    await shop.until_deal(DealState.CANCELLED)
    await shop.pass_time(days=1)
    await shop.does(f"refunds/{(await shop.made('refund'))[0]['id']}", do="fail")

    async def owed() -> bool:
        return [each.state for each in await shop.effects()] == [DisbursementState.REFUSED]

    await shop.until(owed)
    await shop.books_agree()
    assert await shop.reconciler.reconcile() == {}
    await shop.pass_time(days=7, minutes=5)
    await shop.pass_time(seconds=5)
    await shop.reconciler.sweep()
    assert [each.state for each in await shop.effects()] == [DisbursementState.DONE]
    assert [each["status"] for each in await shop.made("refund")] == ["failed", "succeeded"]
    await shop.books_agree()


async def test_a_restricted_seller_is_told_what_is_missing_and_paid_when_it_is_there(shop: Shop) -> None:
    shop.market.watch(PayeeRestricted, PayeeReady, PayoutWaiting)
    await shop.funded()
    await shop.onboard()
    account = await shop.account()
    await shop.does(f"accounts/{account}", do="restrict", due=["identity.business_details.registration_number"])

    async def restricted() -> bool:
        return any(isinstance(fact, PayeeRestricted) for fact in shop.market.facts)

    await shop.until(restricted)
    told = next(fact for fact in shop.market.facts if isinstance(fact, PayeeRestricted))
    assert any("registration_number" in each for each in told.missing)
    await shop.deliver_all()
    assert {each.state for each in await shop.effects()} == {DisbursementState.WAITING}
    assert await shop.calls(TRANSFER) == 0
    await shop.does(f"accounts/{account}", do="restore")
    await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == 2
    await shop.books_agree()


async def test_our_own_earnings_are_paid_out_once_and_never_more_than_there_is(shop: Shop) -> None:
    await shop.reserve()
    for _ in range(2):  # the provider pays nothing out to us by itself: the balance is other people's money
        assert await shop.provider.hold_earnings() == Done("manual")
    ask = EarningsRequest("earnings:1", Money(40_000, "EUR"))
    first, second = await shop.provider.pay_out(ask), await shop.provider.pay_out(ask)
    assert isinstance(first, Done)
    assert first == second
    short = await shop.provider.pay_out(EarningsRequest("earnings:2", Money(70_000, "EUR")))
    assert isinstance(short, Refused)
    assert not short.final
    await shop.books_agree()


@pytest.mark.parametrize("days", [0, 3])
async def test_news_in_any_order_and_days_late_comes_to_the_same(shop: Shop, days: int) -> None:
    await shop.onboard()
    await shop.strike("drop" if days else "reorder", "", deliveries=True, times=100)
    await shop.pay(await shop.sign())
    await shop.pass_time(days=days)
    await shop.reconciler.sweep()
    await shop.until_deal(DealState.FUNDED)
    await shop.deliver_all()
    await shop.until_deal(DealState.COMPLETED)
    await shop.books_agree()


async def test_crash_between_the_call_and_our_commit_pays_only_once(shop: Shop) -> None:
    """The provider has made the payout, and we crash before our commit.

    This repeats for more than a day.
    """
    await shop.funded()
    await shop.onboard()
    run, crashes = shop.market.transactions.run, 0

    async def dies(actor: Actor, unit: Callable[[Ctx], object]) -> object:
        nonlocal crashes
        if "_carry" in unit.__qualname__ and crashes < 3 * len(await shop.made("transfer")):
            crashes += 1
            raise LostConnection("killed")
        return await run(actor, unit)

    shop.market.transactions.run = dies  # type: ignore[method-assign,assignment]  # the plug is pulled from outside
    for lot in await shop.trade.lots():
        await shop.trade.deliver(lot)
        await shop.trade.accept(lot)
    for hours in (0.1, 21, 5, 1, 1):
        await shop.pass_time(hours=hours)
    assert crashes > 2
    await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == 2
    await shop.books_agree()
