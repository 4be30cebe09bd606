"""SEPA debits and stablecoins: debits take days and can come back; coins are there at once."""

from __future__ import annotations

from typing import Any

import pytest

from lab.tests.stripe.till import Till

FAILS, COMES_BACK = "DE62370400440532013001", "DE35370400440532013002"


async def test_a_debit_takes_days_and_then_pays(till: Till) -> None:
    session = await till.session(allowed_payment_method_types=["card", "sepa_debit"])
    page = await till.page(session.url)
    assert "SEPA debit" in page
    assert "Card number" in page
    told = await till.press(session.url, method="sepa_debit", iban="DE89 3704 0044 0532 0130 00", name="Jonas")
    assert "On its way" in told
    session = await till.again(session)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    intent = await till.v1.payment_intents.retrieve_async(session.payment_intent, {"expand": ["latest_charge"]})
    charge = intent.latest_charge
    assert (intent.status, charge.status, await till.balance()) == ("processing", "pending", (0, 0))
    mandate = await till.v1.mandates.retrieve_async(charge.payment_method_details.sepa_debit.mandate)
    assert (mandate.status, mandate.payment_method) == ("active", charge.payment_method)
    assert (await till.refused(till.v1.payment_intents.cancel_async(intent.id))).code is not None
    till.later(days=4)
    assert (await till.again(intent)).status == "processing"
    till.later(days=1)
    assert (await till.again(intent)).status == "succeeded"
    assert (await till.again(session)).payment_status == "paid"
    assert await till.balance() == (20_000 - 35, 0)
    assert (await till.events())[-3:] == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]


async def test_a_debit_may_fail_after_days(till: Till) -> None:
    session = await till.session(allowed_payment_method_types=["sepa_debit"])
    await till.pay(session, method="sepa_debit", iban=FAILS)
    till.later(days=6)
    session = await till.again(session)
    intent = await till.v1.payment_intents.retrieve_async(session.payment_intent)
    assert (intent.status, session.payment_status) == ("requires_payment_method", "unpaid")
    charge = await till.v1.charges.retrieve_async(intent.latest_charge)
    assert (charge.status, charge.failure_code) == ("failed", "insufficient_funds")
    assert (await till.events())[-1] == "checkout.session.async_payment_failed"
    assert "Not paid" in await till.page(f"/pay/{session.id}")
    assert await till.balance() == (0, 0)


async def test_a_debit_comes_back_weeks_later_and_nothing_can_be_said_against_it(till: Till) -> None:
    intent = await till.debit(COMES_BACK)
    till.later(days=44)
    assert (await till.v1.disputes.list_async()).data == []
    till.later(days=2)
    (dispute,) = (await till.v1.disputes.list_async({"payment_intent": intent.id})).data
    assert (dispute.reason, dispute.status) == ("debit_not_authorized", "lost")
    assert sum(await till.balance()) == 20_000 - 35 - 20_000 - 2_000
    refused = await till.refused(till.v1.disputes.update_async(dispute.id, {"evidence": {"receipt": "file_1"}}))
    assert refused.http_status == 400
    assert (await till.events())[-3:] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
    ]


async def test_a_debit_can_be_dated_and_hurried_by_the_bank(till: Till) -> None:
    aimed = await till.debit(payment_method_options={"sepa_debit": {"target_date": till.day(10)}})
    till.later(days=6)
    assert (await till.again(aimed)).status == "processing"
    await till.lab_does(f"stripe/debits/{aimed.id}", do="fail")
    assert (await till.again(aimed)).status == "requires_payment_method"
    paid = await till.debit()
    await till.lab_does(f"stripe/debits/{paid.id}", do="succeed")
    assert (await till.again(paid)).status == "succeeded"
    refund = await till.v1.refunds.create_async({"payment_intent": paid.id, "amount": 5_000})
    till.later(days=3)
    assert (await till.again(refund)).status == "succeeded"
    till.later(days=180)
    assert "180 days" in str(await till.refused(till.v1.refunds.create_async({"payment_intent": paid.id})))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"mandate_data": None}, "mandate_data"),
        ({"currency": "usd"}, "allowed_payment_method_types"),
        ({"payment_method_options": {"sepa_debit": {"target_date": "2026-01-01"}}}, "target_date"),
        ({"payment_method_data": {"type": "sepa_debit", "sepa_debit": {"iban": FAILS}}}, "billing_details[name]"),
    ],
)
async def test_a_debit_needs_a_mandate_a_name_and_euros(till: Till, change: dict[str, Any], wrong: str) -> None:
    refused = await till.refused(till.debit(**change))
    assert wrong in str(refused.param)  # type: ignore[attr-defined]  # an invalid request's


async def test_an_iban_is_checked_as_every_bank_checks_it(till: Till) -> None:
    assert (await till.refused(till.debit("DE89370400440532013001"))).code == "invalid_bank_account_iban"


async def test_coins_are_there_at_once_go_back_in_part_and_are_never_disputed(till: Till) -> None:
    session = await till.session(allowed_payment_method_types=["crypto"])
    paid = await till.press(session.url, method="crypto", network="polygon", token="usdc")
    assert ">Paid<" in paid
    session = await till.again(session)
    intent = await till.v1.payment_intents.retrieve_async(session.payment_intent, {"expand": ["latest_charge"]})
    coins = intent.latest_charge.payment_method_details.crypto
    assert (intent.status, coins.network, coins.token_currency) == ("succeeded", "polygon", "usdc")
    refund = await till.v1.refunds.create_async({"payment_intent": intent.id, "amount": 5_000})
    till.later(hours=1)
    assert (await till.again(refund)).status == "succeeded"
    told = await till.lab_does(f"stripe/disputes/{intent.latest_charge.id}", do="open")
    assert "cannot be disputed" in told["error"]["message"]


async def test_coins_come_from_a_wallet_of_the_payers(till: Till) -> None:
    params = {
        "amount": 20_000,
        "currency": "eur",
        "allowed_payment_method_types": ["crypto"],
        "payment_method_data": {"type": "crypto"},
        "confirm": True,
    }
    intent = await till.v1.payment_intents.create_async(params)
    wallet = intent.next_action.redirect_to_url.url
    assert "pretend wallet" in await till.page(wallet)
    assert ">Paid<" in await till.press(wallet, network="base", token="usdc")
    assert (await till.again(intent)).status == "succeeded"
    customer = await till.customer()
    off_session = {**params, "customer": customer.id, "off_session": True}
    assert "customer to be there" in str(await till.refused(till.v1.payment_intents.create_async(off_session)))
