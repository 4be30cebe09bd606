"""A buyer's balance at the provider: it may pay for their next deal before it is paid back to them."""

from __future__ import annotations

import pytest

from core.kernel.dispatcher import Delivered
from core.kernel.errors import Invalid
from core.money.disbursements.model import DisbursementState
from core.people.accounts.service import person_of
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.funding import overpayments, settlement
from core.trade.funding.rails.model import Rail
from payments.sync import look
from tests.core.amounts import eur
from tests.core.trade.funding.chargeback_steps import another_deal
from tests.payments.conftest import Shop
from tests.payments.test_rails import bank, signed_by_a_business, the_way


async def called_off(shop: Shop) -> None:
    """Let the two agree to cancel, so that all payments are refunded."""
    await shop.market.run(shop.trade.seller, lambda ctx: deals.ask_cancel(ctx, shop.trade.deal_id))
    await shop.market.run(shop.trade.buyer, lambda ctx: deals.agree_cancel(ctx, shop.trade.deal_id))
    await shop.work()


async def from_a_bank_that_names_no_sender(shop: Shop, amount: int) -> None:
    """Transfer from a bank that names no sender. So the buyer is asked by mail for an account for refunds."""
    way = await the_way(shop)
    await shop.trade.as_market(
        lambda ctx: setattr(person_of(ctx, shop.trade.buyer.person or ""), "email", "ben@example.org")
    )
    await shop.does(f"bank/{way.iban}", amount=amount, reference=way.reference, sender=None)


async def next_deal(shop: Shop) -> None:
    """Let the same buyer sign another deal of 10,500 euros, and say yes to what is in their balance."""
    shop.trade = await another_deal(shop.trade)
    await shop.sign()
    assert (await the_way(shop)).rail is Rail.CARD  # a transfer would use it unasked
    with pytest.raises(Invalid, match=r"credit\.not_asked"):
        await shop.by(Rail.BANK_TRANSFER)
    assert (await the_way(shop)).rail is Rail.CARD
    await shop.market.run(shop.trade.buyer, lambda ctx: overpayments.use_credit(ctx, shop.trade.deal_id))
    await shop.work()


async def test_requested_refund_may_just_have_paid_for_the_next_deal(shop: Shop) -> None:
    """Then nothing is left of it: it is not taken from the payment beside which it once came."""
    await signed_by_a_business(shop)
    await bank(shop, 2_106_000)
    await shop.until_deal(DealState.FUNDED)
    await shop.reconciler.sweep()
    (kept,) = await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, shop.trade.deal_id))
    first = shop.trade.deal_id
    await shop.strike("drop", "", deliveries=True, times=100)
    await next_deal(shop)  # the provider puts it into this payment at once, without news of the balance
    await shop.market.run(shop.trade.buyer, lambda ctx: overpayments.give_back_paid_too_much(ctx, kept.id))
    await shop.work()
    assert await shop.made("refund") == []
    await shop.reconciler.sweep()
    await shop.books_agree()
    await bank(shop, 1_044_000)
    await shop.reconciler.sweep()
    assert (await shop.trade.deal()).state == DealState.FUNDED
    await shop.pass_time(days=2)
    (settled,) = await shop.trade.as_market(lambda ctx: settlement.disbursements_of(ctx, first))
    assert (settled.state, settled.amount) == (DisbursementState.DONE, eur(6_000))
    assert await shop.made("refund") == []
    assert await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, first)) == []
    assert await shop.reconciler.reconcile() == {}


async def test_refund_without_a_receiver_may_pay_for_the_next_deal(shop: Shop) -> None:
    await shop.reserve()
    await signed_by_a_business(shop)
    await from_a_bank_that_names_no_sender(shop, 2_100_000)
    await shop.until_deal(DealState.FUNDED)
    first = shop.trade.deal_id
    await called_off(shop)
    await shop.strike("drop", "", deliveries=True, times=100)
    await shop.does(f"refunds/{(await shop.made('refund'))[0]['id']}", do="expire")
    await shop.reconciler.sweep()
    await shop.books_agree()
    assert (
        await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, first)) == []
    )  # it is no credit: it is to go back
    await next_deal(shop)
    await shop.reconciler.sweep()
    assert (await shop.trade.deal()).state == DealState.FUNDED
    await shop.reconciler.sweep()
    await shop.books_agree()
    await shop.later(hours=1)
    assert (
        await shop.reconciler.reconcile() == {}
    )  # each line of the provider's is one of ours, also of what is less now
    await shop.pass_time(days=8)
    refunds = [(each["amount"], each["payment_intent"] is None) for each in await shop.made("refund")]
    assert refunds == [(2_100_000, False), (1_050_000, True)]
    assert {each.state for each in await shop.trade.as_market(lambda ctx: settlement.disbursements_of(ctx, first))} == {
        DisbursementState.DONE
    }
    await shop.books_agree()
    assert await shop.reconciler.reconcile() == {}


async def test_a_refund_whose_account_is_closed_hides_nothing_that_is_transferred_meanwhile(shop: Shop) -> None:
    """Its money is ours to send again, not in the buyer's balance: what comes there is theirs beside it."""
    await shop.reserve()
    await signed_by_a_business(shop)
    await bank(shop, 2_100_000)
    await shop.until_deal(DealState.FUNDED)
    await called_off(shop)
    await shop.pass_time(days=2)
    await shop.does(f"refunds/{(await shop.made('refund'))[0]['id']}", do="fail")

    async def owed() -> bool:
        return [each.state for each in await shop.effects()] == [DisbursementState.REFUSED]

    await shop.until(owed)
    await bank(shop, 2_100_000)
    await shop.reconciler.sweep()
    (kept,) = await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, shop.trade.deal_id))
    assert kept.amount == eur(2_100_000)
    await shop.books_agree()
    await shop.pass_time(days=8)
    await shop.pass_time(days=2)
    await shop.reconciler.sweep()
    assert [each["payment_intent"] is None for each in await shop.made("refund")] == [False, False]
    assert [each.state for each in await shop.effects()] == [DisbursementState.DONE]
    await shop.books_agree()


async def test_a_part_that_came_as_the_buyer_chose_another_rail_is_theirs_and_counted_once(shop: Shop) -> None:
    """The transfer is called off with the part in it: the provider puts that into their balance."""
    payment = await signed_by_a_business(shop)
    await shop.strike("drop", "", deliveries=True, times=100)
    await bank(shop, 2_000_000)
    overtaken = await look(shop.provider, "intent", payment.session_ref or "")
    assert isinstance(overtaken, Delivered)
    assert overtaken.then is not None
    await shop.by(Rail.CARD)
    await shop.trade.as_market(overtaken.then)
    await shop.reconciler.sweep()
    await shop.books_agree()
    (kept,) = await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, shop.trade.deal_id))
    assert kept.amount == eur(2_000_000)
    assert (await shop.trade.money()).held == eur(0)
