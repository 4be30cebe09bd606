"""Every rail through the real client: the buyer's choice, partial or late money, and when it is passed on."""

from __future__ import annotations

import pytest

from core.kernel.dispatcher import Delivered
from core.kernel.errors import Invalid
from core.money.chargebacks.model import ChargebackState
from core.money.disbursements.events import PayoutKept
from core.money.disbursements.model import DisbursementState
from core.people.accounts.service import organisation_of
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.funding import chargebacks, overpayments
from core.trade.funding import service as escrow
from core.trade.funding.events import CreditKept, CreditSpent, PaymentPartReceived, PaymentSettling
from core.trade.funding.model import Payment, PaymentState
from core.trade.funding.rails import service as rails
from core.trade.funding.rails.model import PaymentWay, Rail
from core.trade.funding.rails.service import way_of
from payments.sync import look
from tests.core.amounts import eur
from tests.core.trade.funding.chargeback_steps import another_deal
from tests.payments.conftest import Shop

IBAN = "DE89370400440532013000"


async def bank(shop: Shop, amount: int, *, reference: bool = True) -> None:
    """Transfer this amount from the buyer's bank to the given account."""
    way = await the_way(shop)
    body = {"amount": amount, "reference": way.reference if reference else None, "sender": [IBAN, "Ben"]}
    await shop.does(f"bank/{way.iban}", **body)


async def the_way(shop: Shop) -> PaymentWay:
    payment = await shop.trade.payment()
    way: PaymentWay = await shop.trade.as_market(lambda ctx: way_of(ctx, payment.id))
    return way


async def signed_by_a_business(shop: Shop) -> Payment:
    """Sign as a buyer with a VAT number, who gets the details for a transfer unasked."""
    await has_vat_number(shop, "LT100001919017")
    return await shop.sign()


@pytest.mark.parametrize("work", ["before", "after"])
async def test_a_buyer_whose_name_the_provider_failed_to_note_is_told_where_to_transfer_to(
    shop: Shop, work: str
) -> None:
    """The failure is kept under their key for a day."""
    await shop.does("troubles", status=500, match="POST /v1/customers", times=1, work=work)
    await has_vat_number(shop, "LT100001919017")
    for actor in (shop.trade.buyer, shop.trade.seller):
        await shop.market.run(actor, lambda ctx: deals.sign_deal(ctx, shop.trade.deal_id))
    for _ in range(3):
        await shop.work()
        await shop.pass_time(minutes=1)
    assert (await the_way(shop)).iban is not None


async def has_vat_number(shop: Shop, number: str | None) -> None:
    def unit(ctx: object) -> None:
        organisation_of(ctx, shop.trade.buying).vat_number = number  # type: ignore[arg-type]  # a unit's context

    await shop.trade.as_market(unit)


async def test_a_business_transfers_in_parts_and_too_much_and_has_the_rest_back(shop: Shop) -> None:
    shop.market.watch(PaymentPartReceived, CreditKept)
    await signed_by_a_business(shop)
    way = await the_way(shop)
    assert way.rail is Rail.BANK_TRANSFER
    assert way.iban is not None
    assert way.iban.startswith("DE")
    await bank(shop, 2_000_000)

    async def part() -> bool:
        return (await shop.trade.payment()).received == eur(2_000_000)

    await shop.until(part)
    assert (await shop.trade.deal()).state == DealState.AWAITING_FUNDING
    await shop.books_agree()
    with pytest.raises(Invalid, match="partly"):
        await shop.market.run(shop.trade.buyer, lambda ctx: escrow.pay_by(ctx, shop.trade.deal_id, Rail.CARD))

    await bank(shop, 105_000)
    await shop.until_deal(DealState.FUNDED)
    await shop.reconciler.sweep()
    (kept,) = await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, shop.trade.deal_id))
    assert kept.amount == eur(5_000)
    await shop.books_agree()

    await shop.market.run(shop.trade.buyer, lambda ctx: overpayments.give_back_paid_too_much(ctx, kept.id))
    await shop.work()
    (refund,) = await shop.made("refund")
    assert (refund["amount"], refund["payment_intent"]) == (5_000, None)  # from the balance, not from the payment
    assert [each.state for each in await shop.effects()] == [DisbursementState.DONE]
    await shop.onboard()
    await shop.deliver_all()
    await shop.until_deal(DealState.COMPLETED)
    await shop.books_agree()
    assert await shop.reconciler.reconcile() == {}


async def test_overpayment_pays_for_the_next_transfer_or_is_refunded_in_part(shop: Shop) -> None:
    """The buyer chooses: transfer less next time, and get the rest refunded."""
    shop.market.watch(CreditSpent)
    await signed_by_a_business(shop)
    await bank(shop, 2_106_000)
    await shop.until_deal(DealState.FUNDED)
    await shop.reconciler.sweep()
    first = shop.trade.deal_id
    shop.trade = await another_deal(shop.trade)  # 50 t: €10,500
    await has_vat_number(shop, None)  # now they would be asked for a card
    await shop.sign()
    await by_card_first_and_then_with_what_was_too_much(shop)
    await bank(shop, 1_046_000)  # €40 less than is asked, of €60 that stand there
    await shop.until_deal(DealState.FUNDED)
    await shop.reconciler.sweep()
    await shop.work()
    (left,) = await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, first))
    assert left.amount == eur(2_000)
    assert [fact.amount for fact in shop.market.facts if isinstance(fact, CreditSpent)] == [eur(4_000)]
    await shop.books_agree()

    await shop.market.run(shop.trade.buyer, lambda ctx: overpayments.give_back_paid_too_much(ctx, left.id))
    await shop.work()
    assert [each["amount"] for each in await shop.made("refund")] == [2_000]
    await shop.books_agree()
    assert await shop.reconciler.reconcile() == {}


async def by_card_first_and_then_with_what_was_too_much(shop: Shop) -> None:
    """Use the credit for a deal that would have been paid by card.

    The buyer is told of the credit and uses it once, though they press twice. The seller cannot use it.
    """
    deal_id = shop.trade.deal_id
    assert (await the_way(shop)).rail is Rail.CARD
    assert await shop.market.run(shop.trade.buyer, lambda ctx: overpayments.credit_towards(ctx, deal_id)) == eur(6_000)
    with pytest.raises(Invalid, match=r"credit\.none"):
        await shop.market.run(shop.trade.seller, lambda ctx: overpayments.use_credit(ctx, deal_id))
    used = {
        (await shop.market.run(shop.trade.buyer, lambda ctx: overpayments.use_credit(ctx, deal_id))).id
        for _ in range(2)
    }
    assert len(used) == 1

    async def told_where_to() -> bool:
        return (await the_way(shop)).iban is not None

    await shop.until(told_where_to)


async def test_overpayment_may_be_heard_of_before_its_payment(shop: Shop) -> None:
    """The payment still counts all that came with it, so the buyer is not asked for the same money again."""
    await signed_by_a_business(shop)
    await shop.strike("drop", "", deliveries=True, times=100)
    await bank(shop, 2_106_000)
    (payer,) = await shop.trade.as_market(rails.payer_refs)
    overtaken = await look(shop.provider, "credit", payer)
    assert isinstance(overtaken, Delivered)
    assert overtaken.then is not None
    await shop.trade.as_market(overtaken.then)
    await shop.reconciler.sweep()
    assert (await shop.trade.deal()).state == DealState.FUNDED
    (kept,) = await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, shop.trade.deal_id))
    assert (kept.amount, kept.state) == (eur(6_000), "kept")
    await shop.books_agree()


async def test_a_payment_that_goes_back_leaves_what_was_transferred_twice_to_the_buyer(shop: Shop) -> None:
    """Sending the same sum out of their balance instead would make their credit look spent."""
    await shop.reserve()
    await signed_by_a_business(shop)
    await bank(shop, 2_100_000)
    await bank(shop, 2_100_000)
    await shop.until_deal(DealState.FUNDED)
    await shop.reconciler.sweep()
    await shop.market.run(shop.trade.seller, lambda ctx: deals.ask_cancel(ctx, shop.trade.deal_id))
    await shop.market.run(shop.trade.buyer, lambda ctx: deals.agree_cancel(ctx, shop.trade.deal_id))
    await shop.work()
    await shop.pass_time(days=2)  # what the banks take
    await shop.until_deal(DealState.CANCELLED)
    await shop.reconciler.sweep()
    (refund,) = await shop.made("refund")
    assert (refund["amount"], refund["payment_intent"]) == (2_100_000, (await shop.trade.payment()).intent_ref)
    (kept,) = await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, shop.trade.deal_id))
    assert kept.amount == eur(2_100_000)
    await shop.books_agree()
    await shop.market.run(shop.trade.buyer, lambda ctx: overpayments.give_back_paid_too_much(ctx, kept.id))
    await shop.work()
    assert [each["payment_intent"] for each in await shop.made("refund")].count(None) == 1  # from their balance
    await shop.books_agree()


async def test_partial_payment_is_refunded_when_the_rest_does_not_come(shop: Shop) -> None:
    await signed_by_a_business(shop)
    await bank(shop, 300_000)

    async def part() -> bool:
        return bool((await shop.trade.payment()).received)

    await shop.until(part)
    await shop.pass_time(days=6)
    await shop.until_deal(DealState.CANCELLED)
    (refund,) = await shop.made("refund")
    assert (refund["amount"], refund["payment_intent"]) == (300_000, None)
    await shop.books_agree()


async def cancelled_at_the_provider(shop: Shop, *, balance_first: bool) -> None:
    """Cancel a payment on the provider's own pages after the buyer has transferred €20,000 of €21,000."""
    payment = await signed_by_a_business(shop)
    await bank(shop, 2_000_000)

    async def part() -> bool:
        return bool((await shop.trade.payment()).received)

    await shop.until(part)
    if balance_first:
        await shop.strike("drop", "", deliveries=True, times=100)
    await shop.provider.expire_checkout(payment.session_ref or "")
    if balance_first:
        (payer,) = await shop.trade.as_market(rails.payer_refs)
        heard = await look(shop.provider, "credit", payer)
        assert isinstance(heard, Delivered)
        assert heard.then is not None
        await shop.trade.as_market(heard.then)
        await shop.reconciler.sweep()

    async def the_buyers_again() -> bool:
        await shop.reconciler.sweep()
        kept = await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, shop.trade.deal_id))
        return [each.amount for each in kept] == [eur(2_000_000)] and not (await shop.trade.money()).held

    await shop.until(the_buyers_again)
    assert (await shop.trade.deal()).state == DealState.AWAITING_FUNDING
    await shop.books_agree()


@pytest.mark.parametrize("balance_first", [False, True])
async def test_money_of_a_cancelled_transfer_pays_for_the_next(shop: Shop, balance_first: bool) -> None:
    await cancelled_at_the_provider(shop, balance_first=balance_first)
    again = await shop.market.run(shop.trade.buyer, lambda ctx: escrow.pay_again(ctx, shop.trade.deal_id))
    assert again.amount == eur(2_100_000)

    async def used() -> bool:
        await shop.reconciler.sweep()
        return (await shop.trade.payment()).received == eur(2_000_000)

    await shop.until(used)
    await shop.books_agree()
    await bank(shop, 100_000)
    await shop.reconciler.sweep()
    await shop.until_deal(DealState.FUNDED)
    assert await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, shop.trade.deal_id)) == []
    await shop.books_agree()
    assert await shop.reconciler.reconcile() == {}


async def test_unused_money_of_a_cancelled_transfer_is_refunded(
    shop: Shop,
) -> None:
    await cancelled_at_the_provider(shop, balance_first=False)
    await shop.pass_time(days=6)
    await shop.until_deal(DealState.CANCELLED)
    assert await shop.made("refund") == []
    await shop.pass_time(days=31)
    assert [(each["amount"], each["payment_intent"]) for each in await shop.made("refund")] == [(2_000_000, None)]
    assert [each.state for each in await shop.effects()] == [DisbursementState.DONE]
    await shop.books_agree()


async def test_a_transfer_that_comes_after_the_deal_is_off_is_the_buyers_credit(shop: Shop) -> None:
    await signed_by_a_business(shop)
    way = await the_way(shop)
    await shop.market.run(shop.trade.seller, lambda ctx: deals.cancel_deal(ctx, shop.trade.deal_id))
    await shop.work()
    await shop.strike("drop", "", deliveries=True, times=100)
    await shop.does(f"bank/{way.iban}", amount=2_100_000, reference=way.reference, sender=[IBAN, "Ben"])
    for _ in range(2):  # told twice it is counted once
        await shop.reconciler.sweep()
        await shop.work()
    (kept,) = await shop.trade.as_market(lambda ctx: overpayments.credits_of(ctx, shop.trade.deal_id))
    assert kept.amount == eur(2_100_000)
    await shop.books_agree()
    await shop.pass_time(days=31)
    assert [each["status"] for each in await shop.made("refund")] == ["pending"]
    assert [each.state for each in await shop.effects()] == [DisbursementState.DONE]
    await shop.books_agree()


async def test_a_debit_that_settles_after_its_page_ran_out_with_its_webhook_lost_is_found(shop: Shop) -> None:
    """The page is good for a day, the banks take five, and no webhook arrives."""
    shop.market.watch(PaymentSettling)
    await shop.sign()
    payment = await shop.by(Rail.SEPA_DEBIT)
    await shop.strike("drop", "", deliveries=True, times=100)
    await shop.does(f"pay/{payment.session_ref}", method="sepa_debit", iban=IBAN, name="Ben")
    await shop.reconciler.sweep()
    assert len(shop.market.facts) == 1
    assert (await the_way(shop)).settling
    await shop.pass_time(days=4)
    again = await shop.market.run(shop.trade.buyer, lambda ctx: escrow.pay_again(ctx, shop.trade.deal_id))
    assert again.id == payment.id  # no second payment while the first is on its way
    await shop.pass_time(days=2)
    assert (await shop.trade.deal()).state == DealState.AWAITING_FUNDING
    await shop.reconciler.sweep()
    assert (await shop.trade.deal()).state == DealState.FUNDED
    await shop.books_agree()


async def test_a_debit_that_lapsed_here_is_still_looked_at_until_the_provider_says_it_is_over(shop: Shop) -> None:
    await shop.sign()
    payment = await shop.by(Rail.SEPA_DEBIT)
    await shop.strike("drop", "", deliveries=True, times=100)
    await shop.does(f"pay/{payment.session_ref}", method="sepa_debit", iban=IBAN, name="Ben")
    # The deal is called off while the banks are at work, and then the money comes.
    await shop.market.run(shop.trade.seller, lambda ctx: deals.cancel_deal(ctx, shop.trade.deal_id))
    await shop.work()
    assert (await shop.trade.deal()).state == DealState.CANCELLED
    await shop.pass_time(days=6)
    await shop.strike("outage", "GET /v1/events", times=100)  # nor is there any news of it
    await shop.reconciler.sweep()
    await shop.work()
    assert (await shop.trade.payment()).state is PaymentState.RETURNED
    await shop.reserve()
    await shop.pass_time(days=4)
    await shop.reconciler.sweep()
    assert [each.state for each in await shop.effects()] == [DisbursementState.DONE]
    await shop.books_agree()


async def test_a_debit_is_passed_on_when_it_can_no_longer_be_called_back(shop: Shop) -> None:
    shop.market.watch(PayoutKept)
    await shop.sign()
    payment = await shop.by(Rail.SEPA_DEBIT)
    await shop.does(f"pay/{payment.session_ref}", method="sepa_debit", iban=IBAN, name="Ben")
    await shop.does(f"debits/{await shop.newest('payment_intent')}", do="succeed")
    await shop.until_deal(DealState.FUNDED)
    await shop.onboard()
    await shop.deliver_all()
    assert {each.state for each in await shop.effects()} == {DisbursementState.WAITING}
    assert {each.why for each in await shop.effects()} == {"recallable"}
    assert len(shop.market.facts) == 2
    await shop.pass_time(days=55)
    assert await shop.made("transfer") == []
    await shop.pass_time(days=1, minutes=5)
    await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == 2
    await shop.books_agree()


async def test_a_stablecoin_payment_is_money_like_any_other(shop: Shop) -> None:
    await shop.sign()
    payment = await shop.by(Rail.STABLECOIN)
    await shop.does(f"pay/{payment.session_ref}", method="crypto", authenticated=True)
    await shop.until_deal(DealState.FUNDED)
    await shop.books_agree()


async def test_a_debit_without_cover_leaves_the_buyer_another_way(shop: Shop) -> None:
    await shop.sign()
    payment = await shop.by(Rail.SEPA_DEBIT)
    await shop.does(f"pay/{payment.session_ref}", method="sepa_debit", iban=IBAN, name="Ben")
    await shop.does(f"debits/{await shop.newest('payment_intent')}", do="fail")

    async def lapsed() -> bool:
        return (await shop.trade.payment()).state is PaymentState.LAPSED

    await shop.until(lapsed)
    await shop.pay(await shop.by(Rail.CARD))
    await shop.until_deal(DealState.FUNDED)
    await shop.books_agree()


async def test_a_debit_that_is_sent_back_was_never_passed_on(shop: Shop) -> None:
    """The dispute cannot be contested: it is lost as it opens.

    The held money bears it.
    """
    await shop.sign()
    payment = await shop.by(Rail.SEPA_DEBIT)
    await shop.does(f"pay/{payment.session_ref}", method="sepa_debit", iban=IBAN, name="Ben")
    intent = await shop.newest("payment_intent")
    await shop.does(f"debits/{intent}", do="succeed")
    await shop.until_deal(DealState.FUNDED)
    await shop.onboard()
    await shop.does(f"debits/{intent}", do="return")

    async def borne() -> bool:
        found = await shop.trade.as_market(lambda ctx: chargebacks.chargebacks_of(ctx, shop.trade.deal_id))
        return [each.state for each in found] == [ChargebackState.RECOVERED]

    await shop.until(borne)
    assert await shop.made("transfer") == []
    await shop.books_agree()
