"""Paying at the lab's Stripe: Checkout, holds, refunds and disputes, as the real client sees them."""

from __future__ import annotations

import pytest
import stripe

from lab.tests.stripe.till import Till


async def test_a_paid_checkout_tells_what_was_paid_and_what_it_cost(till: Till) -> None:
    session = await till.session(
        client_reference_id="deal-1", payment_intent_data={"transfer_group": "deal_1", "metadata": {"deal": "D1"}}
    )
    told = await till.pay(session)
    assert told == {"status": "complete", "return_url": f"https://shop.test/done?s={session.id}"}
    paid = await till.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["line_items", "payment_intent.latest_charge.balance_transaction"]}
    )
    assert (paid.status, paid.payment_status, paid.amount_total) == ("complete", "paid", 20_000)
    assert paid.line_items.data[0].description == "Pellets"
    intent = paid.payment_intent
    assert (intent.status, intent.transfer_group, intent.metadata["deal"]) == ("succeeded", "deal_1", "D1")
    assert (intent.latest_charge.balance_transaction.fee, intent.latest_charge.balance_transaction.net) == (325, 19_675)


async def test_the_pay_page_is_paid_by_keyboard_alone(till: Till) -> None:
    session = await till.session(cancel_url="https://shop.test/no")
    page = await till.page(session.url)
    assert "200.00 EUR" in page
    assert "pretend pay page" in page
    assert 'value="4242424242424242"' in page
    asked = await till.press(session.url, number="4000 0027 6000 3184")
    assert "Is it you?" in asked
    paid = await till.press(session.url, number="4000002760003184", answer="yes")
    assert ">Paid<" in paid
    assert f"https://shop.test/done?s={session.id}" in paid


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("4000000000000002", "Your card was declined."),
        ("4000000000009995", "Your card has insufficient funds."),
        ("1234", "Your card number is incorrect."),
    ],
)
async def test_a_card_that_fails_leaves_the_session_open(till: Till, number: str, error: str) -> None:
    session = await till.session()
    assert await till.pay(session, number) == {"status": "open", "error": error}
    assert (await till.pay(session))["status"] == "complete"


async def test_a_session_expires_by_the_clock_and_takes_no_money_after(till: Till) -> None:
    session = await till.session(expires_at=till.now() + 31 * 60)
    till.later(minutes=32)
    assert (await till.pay(session))["status"] == "expired"
    gone = await till.v1.checkout.sessions.retrieve_async(session.id)
    assert (gone.status, gone.url) == ("expired", None)
    assert (await till.events())[-1] == "checkout.session.expired"
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        await till.v1.checkout.sessions.expire_async(session.id)


@pytest.mark.parametrize("minutes", [29, 24 * 60 + 5])
async def test_a_session_lives_half_an_hour_to_a_day(till: Till, minutes: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.session(expires_at=till.now() + minutes * 60)
    assert refused.value.param == "expires_at"


async def test_a_hold_is_captured_once_and_in_part(till: Till) -> None:
    intent = await till.intent(20_000, capture_method="manual")
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 20_000)
    assert intent.latest_charge.payment_method_details.card.capture_before == intent.latest_charge.created + 7 * 86_400
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 20_001})
    assert refused.value.code == "amount_too_large"
    taken = await till.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 15_000})
    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 15_000, 0)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.v1.payment_intents.capture_async(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    assert await till.balance() == (0, 15_000 - 250)


async def test_a_hold_lapses_by_the_clock(till: Till) -> None:
    intent = await till.intent(capture_method="manual")
    till.later(days=7)
    lapsed = await till.v1.payment_intents.retrieve_async(intent.id)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "automatic")
    assert {"charge.expired", "payment_intent.canceled"} <= set(await till.events())
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.v1.payment_intents.capture_async(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"


async def test_a_cancelled_hold_takes_nothing(till: Till) -> None:
    intent = await till.intent(capture_method="manual")
    done = await till.v1.payment_intents.cancel_async(intent.id, {"cancellation_reason": "requested_by_customer"})
    assert (done.status, done.amount_capturable) == ("canceled", 0)
    assert await till.balance() == (0, 0)


async def test_a_saved_card_pays_later_without_its_owner(till: Till) -> None:
    customer = await till.v1.customers.create_async({"email": "jonas@buyer.test"})
    session = await till.v1.checkout.sessions.create_async(
        {"mode": "setup", "currency": "eur", "customer": customer.id, "success_url": "https://shop.test/saved"}
    )
    assert (await till.pay(session))["status"] == "complete"
    saved = (await till.v1.customers.payment_methods.list_async(customer.id)).data[0]
    intent = await till.intent(card=saved.id, customer=customer.id, off_session=True, capture_method="manual")
    assert intent.status == "requires_capture"


async def test_a_card_that_wants_its_owner_refuses_to_pay_without(till: Till) -> None:
    with pytest.raises(stripe.CardError) as declined:
        await till.intent(card="pm_card_authenticationRequired", off_session=True)
    assert (declined.value.http_status, declined.value.code) == (402, "authentication_required")
    with_owner = await till.intent(card="pm_card_authenticationRequired", return_url="https://shop.test/back")
    assert with_owner.status == "requires_action"
    await till.press(with_owner.next_action.redirect_to_url.url, answer="yes")
    assert (await till.v1.payment_intents.retrieve_async(with_owner.id)).status == "succeeded"


async def test_refunds_never_exceed_what_was_captured(till: Till) -> None:
    charge = await till.charge(20_000)
    part = await till.v1.refunds.create_async({"charge": charge.id, "amount": 5_000})
    assert part.status == "pending"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.v1.refunds.create_async({"charge": charge.id, "amount": 15_001})
    assert refused.value.code == "amount_too_large"
    await till.v1.refunds.create_async({"payment_intent": charge.payment_intent})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.v1.refunds.create_async({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"


async def test_a_refund_waits_until_the_balance_covers_it(till: Till) -> None:
    charge = await till.charge(20_000)
    refund = await till.v1.refunds.create_async({"charge": charge.id})
    till.later(seconds=2)
    waiting = await till.v1.refunds.retrieve_async(refund.id)
    # the money is short by the fee
    assert (waiting.status, waiting.pending_reason) == ("pending", "insufficient_funds")
    await till.charge(20_000)
    till.later(hours=2)
    assert (await till.v1.refunds.retrieve_async(refund.id)).status == "succeeded"


@pytest.mark.parametrize(("do", "status", "left"), [("win", "won", 19_675), ("lose", "lost", -2_325)])
async def test_a_dispute_takes_the_money_until_it_is_decided(till: Till, do: str, status: str, left: int) -> None:
    session = await till.session()
    await till.pay(session, "4000000000000259")
    till.later(seconds=10)
    dispute = (await till.v1.disputes.list_async()).data[0]
    assert (dispute.status, dispute.amount) == ("needs_response", 20_000)
    assert sum(await till.balance()) == 19_675 - 20_000 - 2_000
    answered = await till.v1.disputes.update_async(dispute.id, {"evidence": {"uncategorized_text": "weigh ticket"}})
    assert (answered.status, answered.evidence_details.submission_count) == ("under_review", 1)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.v1.refunds.create_async({"charge": dispute.charge})
    assert refused.value.code == "charge_disputed"
    await till.lab_does(f"stripe/disputes/{dispute.charge}", do=do)
    assert (await till.v1.disputes.retrieve_async(dispute.id)).status == status
    assert sum(await till.balance()) == left
    again = till.v1.refunds.create_async({"charge": dispute.charge})  # won money is ours, to be refunded or not
    assert (await again).amount == 20_000 if status == "won" else await till.refused(again)


async def test_a_part_of_checkout_that_the_lab_cannot_play_is_refused_by_name(till: Till) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.session(payment_intent_data={"application_fee_amount": 5})
    assert refused.value.param == "payment_intent_data[application_fee_amount]"
