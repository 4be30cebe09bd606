"""The sweep at the provider: what it cannot find out about one payment keeps it from no other."""

from __future__ import annotations

import pytest

from core.kernel.transaction import MARKET, Ctx
from core.trade.deals.model import DealState
from core.trade.funding.events import PaymentReceived
from core.trade.funding.model import Payment
from core.trade.funding.rails.model import PaymentWay, Rail
from payments import reconciliation
from tests.payments.conftest import Shop


async def unanswerable(shop: Shop, number: int) -> None:
    """Add old pay pages of this deal that the provider no longer knows."""
    payment = await shop.trade.payment()

    def add(ctx: Ctx) -> None:
        for each in range(number):
            ctx.session.add(PaymentWay(payment_id=f"0{each:025}", rail=Rail.CARD))
            ctx.session.add(
                Payment(
                    id=f"0{each:025}",
                    deal_id=payment.deal_id,
                    tranche_id=payment.tranche_id,
                    number=100 + each,
                    state=payment.state,
                    amount_minor=payment.amount_minor,
                    currency=payment.currency,
                    asked_at=payment.asked_at,
                    expires_at=payment.expires_at,
                    session_ref=f"cs_forgotten_{each}",
                )
            )

    await shop.market.run(MARKET, add)


async def test_a_hundred_pages_without_an_answer_hide_no_payment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciliation, "AT_ONCE", 3)
    payment = await shop.sign()
    await shop.strike("drop", "", deliveries=True, times=100)
    await shop.pay(payment)
    await unanswerable(shop, 4)
    told = [await shop.reconciler.sweep() for _ in range(3)]
    assert told == [0, 1, 0]
    assert (await shop.trade.deal()).state == DealState.FUNDED


async def test_a_provider_that_is_away_is_not_asked_about_everything(shop: Shop) -> None:
    await shop.sign()
    await unanswerable(shop, 20)
    asked = await shop.calls("GET /v1/checkout/sessions/{id}")
    await shop.strike("outage", "GET /v1/checkout", times=100)
    assert await shop.reconciler.sweep() == 0
    assert (asked, await shop.struck()) == (0, reconciliation.SILENCES)


async def test_payment_that_cannot_be_booked_does_not_end_the_sweep(shop: Shop) -> None:
    def broken(_ctx: Ctx, _fact: PaymentReceived) -> None:
        raise ZeroDivisionError

    payment = await shop.sign()
    await shop.strike("drop", "", deliveries=True, times=100)
    await shop.pay(payment)
    shop.market.reactions.on(PaymentReceived, broken)
    assert await shop.reconciler.sweep() == 0
    assert (await shop.trade.deal()).state == DealState.AWAITING_FUNDING
