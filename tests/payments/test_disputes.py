"""Chargebacks: before, during and after the payout, won and lost, and our answer to them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from core.books.statements import service as statements
from core.kernel.errors import Refusal
from core.kernel.money import Money
from core.money.chargebacks.model import Chargeback, ChargebackState
from core.money.disbursements.events import PayoutWaiting
from core.money.disbursements.model import DisbursementKind, DisbursementState
from core.money.model import SubjectKind
from core.trade.deals.model import DealState
from core.trade.funding import chargebacks as funding_chargebacks
from core.trade.funding import money_summary
from core.trade.funding.events import RefundSent
from core.trade.funding.evidence.model import PackState
from core.trade.funding.evidence.service import pack_of
from tests.core.trade.funding.chargeback_steps import another_deal
from tests.payments.conftest import Shop


async def called_back(shop: Shop, **said: Any) -> Chargeback:
    """Let the buyer's bank take the money."""
    await shop.does(f"disputes/{await shop.newest('charge')}", do="open", **said)

    async def known() -> bool:
        return bool(await chargebacks(shop))

    await shop.until(known)
    return (await chargebacks(shop))[0]


async def chargebacks(shop: Shop) -> list[Chargeback]:
    found: list[Chargeback] = await shop.trade.as_market(
        lambda ctx: funding_chargebacks.chargebacks_of(ctx, shop.trade.deal_id)
    )
    return found


async def to_say(shop: Shop) -> bool:
    """Return whether the deal's card asks the buyer for an account for their money."""
    deal = await shop.trade.deal()
    balances = await shop.market.run(shop.trade.buyer, lambda ctx: money_summary.money_summary(ctx, deal))
    return balances.buyer_to_say


async def decided(shop: Shop, do: str, state: ChargebackState) -> None:
    await shop.does(f"disputes/{await shop.newest('charge')}", do=do)

    async def over() -> bool:
        return (await chargebacks(shop))[0].state == state

    await shop.until(over)


async def document(shop: Shop) -> bytes:
    (dispute,) = await shop.made("dispute")
    path = f"/lab/stripe/files/{dispute['evidence']['uncategorized_file']}"
    async with shop.browser.http.get(shop.browser.url + path) as answer:
        assert answer.status == 200
        return await answer.read()


@pytest.mark.parametrize(("do", "ends"), [("win", ChargebackState.WON), ("lose", ChargebackState.RECOVERED)])
async def test_before_it_is_paid_out_the_held_money_bears_it(shop: Shop, do: str, ends: ChargebackState) -> None:
    await shop.funded()
    await shop.onboard()
    await called_back(shop)
    await shop.books_agree()
    for lot in await shop.trade.lots():
        await shop.trade.deliver(lot)
    with pytest.raises(Refusal, match="frozen"):  # nothing leaves a deal that a bank has called back
        await shop.trade.accept((await shop.trade.lots())[0])
    await decided(shop, do, ends)
    await shop.work()
    if do == "win":
        for lot in await shop.trade.lots():
            await shop.trade.accept(lot)
        await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == (2 if do == "win" else 0)
    await shop.books_agree()
    assert await shop.reconciler.reconcile() == {}


# The other two of the four are told in tests/core/trade/funding/test_escrow_chargebacks.py.
@pytest.mark.parametrize(("do", "sweeps"), [("win", True), ("lose", False)], ids=["won, spent", "lost, still there"])
async def test_after_it_was_paid_out_the_seller_bears_it(shop: Shop, do: str, sweeps: bool) -> None:
    await shop.funded()
    await shop.onboard()
    await shop.deliver_all()
    await shop.until_deal(DealState.COMPLETED)
    await shop.pass_time(days=8)  # the card's money has become available, and so has the seller's
    await shop.reserve()
    if sweeps:
        await shop.does(f"accounts/{await shop.account()}", do="sweep")
    found = await called_back(shop)
    await shop.work()
    reversals = [each for each in await shop.effects() if each.kind is DisbursementKind.REVERSAL]
    states = {each.state for each in reversals}
    assert states == ({DisbursementState.WAITING} if sweeps else {DisbursementState.DONE})
    owed = (await chargebacks(shop))[0].outstanding
    assert owed == (Money(found.claimed_minor, "EUR") if sweeps else Money(0, "EUR"))
    await shop.books_agree()
    lost = ChargebackState.LOST if sweeps else ChargebackState.RECOVERED
    await decided(shop, do, {"win": ChargebackState.WON, "lose": lost}[do])
    await shop.work()
    assert (await shop.trade.deal()).state == DealState.COMPLETED
    await shop.books_agree()
    assert await shop.reconciler.reconcile() == {}


async def test_undisputed_rest_goes_to_the_buyers_account_if_the_payment_takes_none(
    shop: Shop,
) -> None:
    """The provider refunds nothing of a payment with a chargeback, not even the undisputed part."""
    shop.market.watch(PayoutWaiting, RefundSent)
    await shop.reserve()
    await shop.funded()
    await called_back(shop, amount=500_000)
    await decided(shop, "lose", ChargebackState.RECOVERED)
    await shop.work()
    waits = partial(PayoutWaiting, SubjectKind.DEAL, shop.trade.deal_id, shop.trade.buying, why="no_account")
    parts = [Money(1_050_000, "EUR"), Money(550_000, "EUR")]  # one lot whole, of the other what the bank has left
    assert shop.market.facts == [waits(amount=part) for part in parts]
    await shop.books_agree()
    assert await to_say(shop)
    await shop.pass_time(days=8)  # the card's money has become available
    await shop.onboard(buyer=True)
    await shop.until_deal(DealState.COMPLETED)
    assert not await to_say(shop)
    account = await shop.account(shop.trade.buying)
    assert [(each["amount"], each["destination"]) for each in await shop.made("transfer")] == [
        (part.minor, account) for part in parts
    ]
    assert shop.market.facts[2:] == [RefundSent(shop.trade.deal_id, part) for part in parts]
    (spent,) = (await shop.market.run(shop.trade.buyer, statements.statement)).spent
    assert (spent.amount, spent.back, spent.arrived) == (Money(2_100_000, "EUR"), Money(2_100_000, "EUR"), True)
    came = [line.came for line in await shop.market.run(shop.trade.buyer, lambda ctx: list(statements.lines(ctx)))]
    assert came == [None, Money(500_000, "EUR"), *parts]
    await shop.books_agree()
    assert await shop.reconciler.reconcile() == {}


async def test_withheld_payout_is_sent_to_the_seller_after_a_won_chargeback(shop: Shop) -> None:
    """All that the first payment can give was sent out of it.

    Money that comes back later is sent out of our balance.
    """
    await shop.funded()
    await shop.onboard()
    await shop.deliver_all()
    await shop.until_deal(DealState.COMPLETED)
    await shop.pass_time(days=8)
    await shop.does("topups", amount=3_000_000)
    await shop.does(f"accounts/{await shop.account()}", do="sweep")
    first, charge = shop.trade, await shop.newest("charge")
    found = await called_back(shop)
    shop.trade = await another_deal(first)
    await shop.funded()
    await shop.deliver_all()
    await shop.until_deal(DealState.COMPLETED)
    shop.trade = first
    assert (await chargebacks(shop))[0].outstanding == Money(found.claimed_minor - 1_023_750, "EUR")
    await shop.does(f"disputes/{charge}", do="win")

    async def returned() -> bool:
        return [each["amount"] for each in await shop.made("transfer")] == [1_023_750] * 3

    await shop.until(returned)
    await shop.books_agree()
    assert await shop.reconciler.reconcile() == {}


async def test_chargeback_while_the_outcome_of_a_payout_is_unknown(shop: Shop) -> None:
    """The transfer's answer is lost, and the bank calls back in the same minute."""
    await shop.funded()
    await shop.onboard()
    await shop.strike("answer_lost", "POST /v1/transfers", times=2)
    for lot in await shop.trade.lots():
        await shop.trade.deliver(lot)
        await shop.trade.accept(lot)
    await shop.dispatcher.idle()
    await called_back(shop)
    await shop.pass_time(minutes=10)
    await shop.reconciler.sweep()
    await shop.work()
    paid = [each["metadata"]["effect"] for each in await shop.made("transfer")]
    assert 1 <= len(paid) == len(set(paid))
    await shop.books_agree()
    await decided(shop, "lose", ChargebackState.LOST)
    await shop.work()
    await shop.books_agree()


async def test_a_dispute_that_is_heard_of_before_its_payment(shop: Shop) -> None:
    payment = await shop.sign()
    for event in ("payment_intent", "checkout"):  # all that the payment says of itself
        await shop.strike("drop", event, deliveries=True, times=100)
    await shop.pay(payment)
    await called_back(shop)
    assert (await shop.trade.deal()).funded_at is not None
    await shop.books_agree()


async def test_the_bank_has_our_answer_before_its_date(shop: Shop) -> None:
    await shop.funded()
    await shop.deliver_all()
    found = await called_back(shop)
    assert found.evidence_due is not None
    wait = found.evidence_due - timedelta(days=2) - shop.market.clock.now()
    await shop.pass_time(seconds=wait.total_seconds() - 60)
    assert (await shop.made("dispute"))[0]["status"] == "needs_response"
    await shop.strike("answer_lost", "POST /v1/disputes")
    await shop.pass_time(minutes=2)
    await shop.pass_time(minutes=2)
    (dispute,) = await shop.made("dispute")
    assert (dispute["status"], dispute["evidence_details"]["submission_count"]) == ("under_review", 1)
    pack = await shop.trade.as_market(lambda ctx: pack_of(ctx, found.id))
    assert pack.state is PackState.SENT
    paper = await document(shop)
    assert paper.startswith(b"%PDF")
    record = json.loads(embedded(paper))
    deal = await shop.trade.deal()
    assert record["deal"]["terms_sha256"] == deal.terms_hash
    assert [each["person"] for each in record["signatures"]] == ["Ben", "Anna"]
    assert [lot["truck"] for lot in record["lots"]] == ["LTU 123", "LTU 123"]
    assert deal.terms_hash in dispute["evidence"]["product_description"]


def embedded(document_: bytes) -> bytes:
    """Return the file inside a PDF."""
    streams: list[bytes] = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document_, re.DOTALL)
    return next(content for content in streams if content.startswith(b"{"))


async def test_a_mere_question_of_the_bank_takes_nothing_and_is_answered(shop: Shop) -> None:
    await shop.funded()
    await shop.does(f"disputes/{await shop.newest('charge')}", do="inquire")

    async def known() -> bool:
        return bool(await chargebacks(shop))

    await shop.until(known)
    await shop.books_agree()
    await shop.pass_time(days=20)
    await shop.does(f"disputes/{await shop.newest('charge')}", do="drop")

    async def over() -> bool:
        return (await chargebacks(shop))[0].state == ChargebackState.WON

    await shop.until(over)
    await shop.books_agree()


async def test_one_that_was_won_is_lost_again_at_the_scheme(shop: Shop) -> None:
    """The dispute itself lists two movements at most: the third is found in the provider's books."""
    await shop.reserve()
    await shop.funded()
    await shop.onboard()
    await shop.deliver_all()
    await shop.until_deal(DealState.COMPLETED)
    await shop.pass_time(days=8)
    await called_back(shop)
    await decided(shop, "win", ChargebackState.WON)
    await shop.work()
    await shop.strike("drop", "charge.dispute", deliveries=True, times=100)  # only the sweep sees it
    await shop.does(f"disputes/{await shop.newest('charge')}", do="take_again")
    await shop.reconciler.sweep()
    await shop.work()
    await shop.reconciler.sweep()
    await shop.work()
    assert [each.state for each in await chargebacks(shop)] == [ChargebackState.WON, ChargebackState.RECOVERED]
    await shop.books_agree()
    assert await shop.reconciler.reconcile() == {}
