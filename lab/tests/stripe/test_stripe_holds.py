"""Holds on cards: held, captured once or released, lapsed by the clock, and captured without the payer."""

from __future__ import annotations

import pytest

from lab.tests.stripe.till import Till

DAY = 86_400


@pytest.mark.parametrize(
    ("card", "off_session", "seconds"),
    [
        ("pm_card_visa", False, 7 * DAY),
        ("pm_card_visa", True, 4 * DAY + 18 * 3600),
        ("pm_card_mastercard", True, 7 * DAY),
    ],
)
async def test_the_network_says_how_long_a_hold_lasts(till: Till, card: str, off_session: bool, seconds: int) -> None:
    intent = await till.intent(card=card, capture_method="manual", off_session=off_session)
    charge = intent.latest_charge
    assert charge.payment_method_details.card.capture_before == charge.created + seconds
    till.later(seconds=seconds - 60)
    assert (await till.again(intent)).status == "requires_capture"
    till.later(seconds=61)
    lapsed = await till.again(intent)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "automatic")
    refused = await till.refused(till.v1.payment_intents.capture_async(intent.id))
    assert refused.code == "payment_intent_unexpected_state"
    assert await till.balance() == (0, 0)


async def test_a_held_checkout_is_complete_but_not_paid_until_it_is_captured(till: Till) -> None:
    session = await till.session(payment_intent_data={"capture_method": "manual"})
    await till.pay(session)
    session = await till.again(session)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert "is held on the card" in await till.page(f"/pay/{session.id}")
    await till.v1.payment_intents.capture_async(session.payment_intent, {"amount_to_capture": 7_000})
    assert (await till.again(session)).payment_status == "paid"
    refused = await till.refused(till.v1.payment_intents.capture_async(session.payment_intent))
    assert refused.code == "payment_intent_unexpected_state"
    assert "checkout.session.async_payment_succeeded" not in await till.events()


async def test_a_captured_part_is_the_most_that_can_go_back(till: Till) -> None:
    intent = await till.intent(20_000, capture_method="manual")
    await till.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 5_000})
    refused = await till.refused(till.v1.refunds.create_async({"payment_intent": intent.id, "amount": 5_001}))
    assert refused.code == "amount_too_large"


@pytest.mark.parametrize("kind", ["customer_balance", "sepa_debit", "crypto"])
async def test_only_cards_can_be_held(till: Till, kind: str) -> None:
    params = {"amount": 20_000, "currency": "eur", "capture_method": "manual", "allowed_payment_method_types": [kind]}
    refused = await till.refused(till.v1.payment_intents.create_async(params))
    assert refused.param == "allowed_payment_method_types"  # type: ignore[attr-defined]  # an invalid request's
    both = await till.v1.payment_intents.create_async({**params, "allowed_payment_method_types": [kind, "card"]})
    assert both.payment_method_types == ["card"]


async def test_a_page_that_saves_a_card_leaves_it_with_the_customer(till: Till) -> None:
    customer = await till.customer()
    session = await till.session(customer=customer.id, payment_intent_data={"setup_future_usage": "off_session"})
    assert (await till.pay(session, "4000002500003155"))["status"] == "requires_action"
    assert (await till.pay(session, "4000002500003155", authenticated=True))["status"] == "complete"
    (saved,) = (await till.v1.customers.payment_methods.list_async(customer.id)).data
    later = await till.intent(card=saved.id, customer=customer.id, off_session=True)
    assert later.status == "succeeded"
    stranger = await till.refused(till.intent(card=saved.id, off_session=True))
    assert "another customer" in str(stranger)


async def test_a_saved_card_may_be_declined_when_its_day_comes(till: Till) -> None:
    customer = await till.customer()
    params = {"customer": customer.id, "payment_method": "pm_card_chargeCustomerFail", "confirm": True}
    setup = await till.v1.setup_intents.create_async({**params, "usage": "off_session"})
    assert setup.status == "succeeded"
    declined = await till.refused(
        till.intent(card=setup.payment_method, customer=customer.id, off_session=True, capture_method="manual")
    )
    assert (declined.http_status, declined.code) == (402, "card_declined")
    (failed,) = (await till.v1.payment_intents.list_async({"customer": customer.id})).data
    assert (failed.status, failed.last_payment_error.decline_code) == ("requires_payment_method", "generic_decline")


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ],
)
async def test_a_decline_says_why(till: Till, card: str, code: str, decline_code: str) -> None:
    declined = await till.refused(till.intent(card=card))
    assert declined.error is not None
    assert (declined.code, declined.error.decline_code) == (code, decline_code)
    assert {"charge.failed", "payment_intent.payment_failed"} <= set(await till.events())


async def test_a_setup_page_asks_the_bank_and_a_declined_card_is_not_saved(till: Till) -> None:
    customer = await till.customer()
    session = await till.v1.checkout.sessions.create_async(
        {"mode": "setup", "currency": "eur", "customer": customer.id, "success_url": "https://shop.test/saved"}
    )
    assert "declined" in (await till.pay(session, "4000000000000002"))["error"]
    assert "Is it you?" in await till.press(session.url, number="4000002760003184")
    assert ">Saved<" in await till.press(session.url, number="4000002760003184", answer="yes")
    setup = await till.v1.setup_intents.retrieve_async(session.setup_intent)
    (saved,) = (await till.v1.customers.payment_methods.list_async(customer.id)).data
    assert (setup.status, setup.payment_method) == ("succeeded", saved.id)


async def test_authentication_may_be_asked_for_by_the_shop(till: Till) -> None:
    options = {"card": {"request_three_d_secure": "any", "request_extended_authorization": "if_available"}}
    intent = await till.intent(capture_method="manual", payment_method_options=options)
    assert intent.status == "requires_action"
    assert "Confirmed" in await till.press(intent.next_action.redirect_to_url.url, answer="yes")
    held = await till.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    assert held.status == "requires_capture"
    assert held.latest_charge.payment_method_details.card.extended_authorization.status == "disabled"
