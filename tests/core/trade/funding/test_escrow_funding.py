"""Incoming money: booked once however often it is reported, in parts, too little, too much, too late, or twice."""

from __future__ import annotations

from functools import partial

import pytest

from core.kernel.errors import NotAllowed, NotFound, Stale
from core.kernel.money import Money
from core.kernel.transaction import PROVIDER
from core.money.ledger.accounts import PROVIDER_FEES
from core.money.ledger.service import balance
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.delivery import service as delivery
from core.trade.funding import service
from core.trade.funding.events import (
    CreditKept,
    PaymentLapsed,
    PaymentLinkReady,
    PaymentPartReceived,
    PaymentReceived,
    PaymentReturned,
    RefundSent,
)
from core.trade.funding.model import PaymentState
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.trades import agreed


async def test_both_signatures_open_a_checkout(market: Market) -> None:
    market.watch(PaymentLinkReady)
    trade = await agreed(market)
    await trade.sign()
    asked = trade.asked("checkout.open")
    assert [(body["amount"], body["currency"]) for body in asked] == [(21_000_00, "EUR")]
    payment = await trade.payment()
    assert (payment.state, payment.url) == (PaymentState.OPEN, "https://pay.example")
    assert market.facts == [PaymentLinkReady(trade.deal_id, payment.id)]
    with pytest.raises(NotFound):
        await market.run(trade.stranger, lambda ctx: service.payment_of(ctx, trade.deal_id))


async def test_a_payment_told_three_times_is_one_payment(market: Market) -> None:
    market.watch(PaymentReceived)
    trade = await agreed(market)
    await trade.sign()
    for _ in range(3):
        await trade.pay()
    assert len(market.facts) == 1
    assert (await trade.money()).held == eur(21_000_00)
    assert await trade.as_market(lambda ctx: balance(ctx, PROVIDER_FEES, "EUR")) == eur(150)
    await trade.market.books_hold()


async def test_a_lapsed_link_is_replaced_for_the_buyer_only(market: Market) -> None:
    market.watch(PaymentLapsed)
    trade = await agreed(market)
    await trade.sign()
    first = await trade.payment()
    again = await market.run(trade.buyer, lambda ctx: service.pay_again(ctx, trade.deal_id))
    assert again.id == first.id
    await market.run(PROVIDER, lambda ctx: service.payment_lapsed(ctx, first.id))
    assert market.facts == [PaymentLapsed(trade.deal_id, first.id)]
    with pytest.raises(NotAllowed):
        await market.run(trade.seller, lambda ctx: service.pay_again(ctx, trade.deal_id))
    second = await market.run(trade.buyer, lambda ctx: service.pay_again(ctx, trade.deal_id))
    await trade.provider_answers()
    assert second.number == 2
    await trade.pay()
    assert (await trade.deal()).state == DealState.FUNDED
    with pytest.raises(Stale):
        await market.run(trade.buyer, lambda ctx: service.pay_again(ctx, trade.deal_id))


async def test_a_link_that_ran_out_unnoticed_is_closed_when_another_is_asked_for(market: Market) -> None:
    trade = await agreed(market)
    await trade.sign()
    first = await trade.payment()
    market.clock.advance(hours=24)
    second = await market.run(trade.buyer, lambda ctx: service.pay_again(ctx, trade.deal_id))
    assert second.id != first.id
    assert [body["payment"] for body in trade.asked("checkout.expire")] == [first.id]


async def test_money_that_comes_too_late_goes_back(market: Market) -> None:
    market.watch(PaymentReturned, RefundSent)
    trade = await agreed(market)
    await trade.sign()
    await market.run(trade.buyer, lambda ctx: deals.cancel_deal(ctx, trade.deal_id))
    assert len(trade.asked("checkout.expire")) == 1
    await trade.pay()
    await trade.pay()
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.CANCELLED
    assert [type(fact).__name__ for fact in market.facts] == ["PaymentReturned", "RefundSent"]
    assert [body["amount"] for body in trade.asked("refund")] == [21_000_00]
    await trade.market.books_hold()


async def test_a_second_payment_of_the_same_deal_goes_back(market: Market) -> None:
    trade = await agreed(market)
    await trade.sign()
    first = await trade.payment()
    await market.run(PROVIDER, lambda ctx: service.payment_lapsed(ctx, first.id))
    await market.run(trade.buyer, lambda ctx: service.pay_again(ctx, trade.deal_id))
    await trade.provider_answers()
    await trade.pay()
    await trade.pay(payment_id=first.id)
    await trade.provider_answers()
    money = await trade.money()
    assert (money.held, money.refunded) == (eur(21_000_00), eur(0))
    assert len(trade.asked("refund")) == 1
    await trade.market.books_hold()


async def test_too_little_is_held_and_the_rest_is_asked_for(market: Market) -> None:
    market.watch(PaymentPartReceived)
    trade = await agreed(market)
    await trade.sign()
    await trade.pay(amount=eur(20_999_00))
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.AWAITING_FUNDING
    first = (await trade.as_market(lambda ctx: service.tranches_of(ctx, trade.deal_id)))[0]
    assert (first.held, first.missing, len(market.facts)) == (eur(20_999_00), eur(1_00), 1)
    assert [body["amount"] for body in trade.asked("checkout.open")] == [21_000_00, 1_00]
    await trade.pay()
    assert (await trade.deal()).state == DealState.FUNDED
    await trade.market.books_hold()


async def test_a_transfer_in_parts_is_counted_up_however_often_it_is_told(market: Market) -> None:
    trade = await agreed(market)
    await trade.sign()
    payment = await trade.payment()
    for so_far in (5_000_00, 5_000_00, 12_000_00, 5_000_00):
        part = partial(service.payment_part, payment_id=payment.id, received=eur(so_far), intent_ref="pi_1")
        await market.run(PROVIDER, part)
    assert (await trade.money()).held == eur(12_000_00)
    await trade.pay()
    assert (await trade.deal()).state == DealState.FUNDED
    assert (await trade.money()).held == eur(21_000_00)
    await trade.market.books_hold()


async def test_partial_payment_goes_back_when_the_rest_does_not_come(market: Market) -> None:
    trade = await agreed(market)
    await trade.sign()
    payment = await trade.payment()
    part = partial(service.payment_part, payment_id=payment.id, received=eur(5_000_00), intent_ref="pi_1")
    await market.run(PROVIDER, part)
    await trade.pass_days(6)
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.CANCELLED
    assert [body["amount"] for body in trade.asked("refund")] == [5_000_00]
    await trade.market.books_hold()


async def test_too_much_is_the_buyers_credit_and_goes_back_when_they_want_it(market: Market) -> None:
    market.watch(CreditKept, RefundSent)
    trade = await agreed(market)
    await trade.sign()
    await trade.pay(amount=eur(21_010_00))
    assert (await trade.deal()).state == DealState.FUNDED
    (kept,) = await market.run(trade.buyer, lambda ctx: service.credits_of(ctx, trade.deal_id))
    assert (kept.amount, len(market.facts)) == (eur(10_00), 1)
    with pytest.raises(NotAllowed):
        await market.run(trade.seller, lambda ctx: service.give_back_paid_too_much(ctx, kept.id))
    await trade.market.books_hold()
    await market.run(trade.buyer, lambda ctx: service.give_back_paid_too_much(ctx, kept.id))
    await trade.provider_answers()
    assert [body["amount"] for body in trade.asked("refund")] == [10_00]
    assert market.facts[1:] == [RefundSent(trade.deal_id, eur(10_00), "too_much")]
    await trade.market.books_hold()


async def test_a_refund_of_as_much_as_was_paid_too_much_is_told_as_the_deals(market: Market) -> None:
    """The buyer has got back €10,500 that they had paid too much. A lot of the same sum is dropped."""
    trade = await agreed(market, lots=2)
    await trade.sign()
    await trade.pay(amount=eur(31_500_00))
    (kept,) = await market.run(trade.buyer, lambda ctx: service.credits_of(ctx, trade.deal_id))
    await market.run(trade.buyer, lambda ctx: service.give_back_paid_too_much(ctx, kept.id))
    lot = (await trade.lots())[0]
    await market.run(trade.buyer, lambda ctx: delivery.ask_drop(ctx, lot.id))
    await market.run(trade.seller, lambda ctx: delivery.agree_drop(ctx, lot.id))
    market.watch(RefundSent)
    await trade.provider_answers()
    assert market.facts == [
        RefundSent(trade.deal_id, eur(10_500_00), "too_much"),
        RefundSent(trade.deal_id, eur(10_500_00)),
    ]
    await trade.market.books_hold()


async def test_a_forgotten_credit_goes_back_by_itself(market: Market) -> None:
    trade = await agreed(market)
    await trade.sign()
    await trade.pay(amount=eur(21_010_00))
    await trade.pass_days(31)
    assert 10_00 in [body["amount"] for body in trade.asked("refund")]
    await trade.market.books_hold()


async def test_a_checkout_that_opens_after_the_deal_was_called_off_is_closed(market: Market) -> None:
    trade = await agreed(market)
    for actor in (trade.buyer, trade.seller):
        await market.run(actor, lambda ctx: deals.sign_deal(ctx, trade.deal_id))
    await market.run(trade.buyer, lambda ctx: deals.cancel_deal(ctx, trade.deal_id))
    assert trade.asked("checkout.expire") == []
    await trade.provider_answers()
    assert len(trade.asked("checkout.expire")) == 1
    assert (await trade.payment()).state is PaymentState.CLOSED


async def test_payment_in_another_currency_goes_back_and_the_deal_waits(market: Market) -> None:
    """The provider reports the payment as often as it is asked: money that has arrived cannot be refused."""
    market.watch(PaymentReturned, RefundSent)
    trade = await agreed(market)
    await trade.sign()
    payment = await trade.payment()
    for _ in range(2):
        await trade.pay(Money(24_000_00, "USD"), payment_id=payment.id)
    await trade.provider_answers()
    assert [(body["amount"], body["currency"]) for body in trade.asked("refund")] == [(24_000_00, "USD")]
    came = Money(24_000_00, "USD")
    assert market.facts == [
        PaymentReturned(trade.deal_id, payment.id, came, "wrong_currency"),
        RefundSent(trade.deal_id, came),
    ]
    assert (await trade.deal()).state == DealState.AWAITING_FUNDING
    await trade.market.books_hold()
    await trade.pay(intent="pi_2")
    assert (await trade.money()).held == eur(21_000_00)
    await trade.market.books_hold()
