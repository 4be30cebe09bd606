"""The provider's books are compared with ours every night: a difference is a case until it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from core.books.reconciliation import rules
from core.books.reconciliation.events import DifferenceFound, DifferenceGone
from core.books.reconciliation.model import DifferenceKind
from core.books.reconciliation.service import free_earnings, open_differences
from core.kernel.money import Money
from core.money.ledger.service import balance
from core.trade.deals.model import DealState
from payments.provider import Answer, Done
from payments.provider_models import Movement
from tests.core.amounts import eur
from tests.payments.conftest import Shop
from tools.earnings import amount_of, pay_out


async def moved(shop: Shop, kind: str, minor: int, source: str) -> None:
    """Move money on our balance at Stripe."""
    await shop.does("lines", type=kind, amount=minor, source=source)


async def test_a_trade_with_all_that_belongs_to_it_agrees_to_the_cent(shop: Shop) -> None:
    await shop.funded()
    await shop.onboard()
    await shop.deliver_all()
    await shop.until_deal(DealState.COMPLETED)
    await shop.reserve()
    await moved(shop, "stripe_fee", -217, "fee_1")  # what Stripe charges for its own work is booked as it comes
    await moved(shop, "stripe_fee", 0, "fee_2")  # and what it lets us off is a line all the same
    await shop.pass_time(minutes=20)
    assert await shop.reconciler.reconcile() == {}
    await shop.books_agree()
    assert await shop.trade.as_market(lambda ctx: balance(ctx, "provider_fees", "EUR")) == eur(31_525 + 217)
    assert await shop.reconciler.reconcile() == {}  # read again, and booked no second time
    await shop.books_agree()


async def test_earnings_of_the_market_are_what_no_other_party_owns(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    await shop.funded()
    await shop.onboard()
    await shop.deliver_all()
    await shop.until_deal(DealState.COMPLETED)
    free = await shop.trade.as_market(free_earnings)
    assert free == {"EUR": eur(52_500 - 31_525)}  # the commission, less what the provider has kept
    await shop.pass_time(days=8)
    assert await pay_out(shop.provider, free, "209.76 EUR", "2026-11-23") == 1
    for _ in range(2):  # text twice it is one payout
        assert await pay_out(shop.provider, free, "200.00 EUR", "2026-11-23") == 0
    assert len(await shop.made("payout")) == 1
    await shop.pass_time(minutes=20)
    assert await shop.reconciler.reconcile() == {}
    assert await shop.trade.as_market(free_earnings) == {"EUR": eur(975)}
    assert "on its way to your bank" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "100", "EUR", "-1 EUR", "0 EUR", "1.005 EUR", "1e999999 EUR", "NaN EUR", "1 XXL"])
def test_text_that_is_no_amount_is_not_paid_out(text: str) -> None:
    assert amount_of(text) is None


async def test_unexplained_difference_is_a_case_until_it_is_corrected(shop: Shop) -> None:
    shop.market.watch(DifferenceFound, DifferenceGone)
    await shop.funded()
    await moved(shop, "adjustment", -1, "du_of_nobody")
    await shop.pass_time(minutes=20)
    found = await shop.reconciler.reconcile()
    assert len(found) == 2
    assert found["EUR"].endswith("-0.01 EUR apart")
    assert await shop.reconciler.reconcile() == found  # the next night it is the same case
    opened = await shop.trade.as_market(open_differences)
    assert [(each.kind, each.nights) for each in opened] == [
        (DifferenceKind.LINE, 2),
        (DifferenceKind.BALANCE, 2),
    ]
    await moved(shop, "adjustment", 1, "du_of_nobody")
    await shop.pass_time(minutes=20)
    await shop.reconciler.reconcile()
    assert "balance" in [fact.kind for fact in shop.market.facts if isinstance(fact, DifferenceGone)]
    assert [each.kind for each in await shop.trade.as_market(open_differences)] == [DifferenceKind.LINE] * 2


async def test_payment_without_a_webhook_is_found_in_the_event_list(shop: Shop) -> None:
    """The page is not even looked at: the provider's list of events is enough."""
    payment = await shop.sign()
    await shop.strike("drop", "", deliveries=True, times=100)
    await shop.pay(payment)
    await shop.strike("outage", "GET /v1/checkout", times=1)
    await shop.reconciler.sweep()
    await shop.work()
    assert (await shop.trade.deal()).state == DealState.FUNDED
    await shop.books_agree()


async def test_settlement_in_another_currency_is_changed_in_the_books(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our account with the provider is in dollars: a payment in euros is there in dollars."""
    await shop.funded()
    await shop.pass_time(minutes=20)
    real = shop.provider.movements

    async def in_dollars(since: datetime, until: datetime) -> Answer[Sequence[Movement]]:
        answer = await real(since, until)
        assert isinstance(answer, Done)
        return Done([_in_dollars(each) for each in answer.value])

    monkeypatch.setattr(shop.provider, "movements", in_dollars)
    found = await shop.reconciler.reconcile()
    assert set(found) == {"EUR", "USD"}  # for the pretend account itself is in euros
    assert await shop.trade.as_market(lambda ctx: balance(ctx, "provider", "USD")) == Money(2_310_000, "USD")
    assert await shop.trade.as_market(lambda ctx: balance(ctx, "provider", "EUR")) == eur(-31_525)


def _in_dollars(line: Movement) -> Movement:
    amount = Money(line.amount.minor * 11 // 10, "USD")
    return Movement(line.ref, line.kind, amount, Money(0, "USD"), line.source, line.at)


async def test_books_that_cannot_be_read_close_no_case(shop: Shop) -> None:
    await shop.funded()
    await moved(shop, "adjustment", -1, "du_of_nobody")
    await shop.pass_time(minutes=20)
    await shop.reconciler.reconcile()
    before = await shop.trade.as_market(open_differences)
    await shop.strike("outage", "GET /v1/balance_transactions", times=10)
    assert list(await shop.reconciler.reconcile()) == ["lines"]
    assert [each.id for each in await shop.trade.as_market(open_differences)] == [each.id for each in before]


@pytest.mark.parametrize(
    ("ours", "theirs", "differences"),
    [
        ({"EUR": eur(5)}, {"EUR": eur(5)}, {}),
        ({"EUR": eur(5)}, {}, {"EUR": "our books say 0.05 EUR, the provider 0.00 EUR: -0.05 EUR apart"}),
        ({}, {"EUR": eur(1)}, {"EUR": "our books say 0.00 EUR, the provider 0.01 EUR: 0.01 EUR apart"}),
    ],
)
def test_balances_differ_to_the_minor_unit(ours: Any, theirs: Any, differences: Any) -> None:
    assert rules.differences(ours, theirs) == differences
