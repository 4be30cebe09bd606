"""Bank transfers: an account of the customer's own, money in parts, too little, too much, and refunds."""

from __future__ import annotations

from typing import Any

import pytest

from lab.tests.stripe.till import TRANSFER, Till


async def cash(till: Till, customer: Any) -> int:
    """Return the euros in the customer's cash balance, in cents."""
    balance = await till.v1.customers.cash_balance.retrieve_async(customer.id)
    return balance.available["eur"] if balance.available else 0


async def kinds(till: Till, customer: Any) -> list[tuple[str, int]]:
    """Return the movements in the customer's cash balance, oldest first."""
    moved = await till.v1.customers.cash_balance_transactions.list_async(customer.id)
    return [(each.type, each.net_amount) for each in reversed(moved.data)]


async def test_a_transfer_in_parts_pays_once_it_is_whole(till: Till) -> None:
    customer = await till.customer()
    session = await till.transfer_session(customer)
    shown = await till.press(session.url, method="customer_balance")
    assert "Send 200.00 EUR" in shown
    session = await till.again(session)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    intent = await till.v1.payment_intents.retrieve_async(session.payment_intent)
    told = intent.next_action.display_bank_transfer_instructions
    shown = await till.press(told.hosted_instructions_url, amount="120.50", sender="Jonas")
    assert "Send 79.50 EUR" in shown
    assert "120.50 EUR has arrived" in shown
    intent = await till.again(intent)
    assert intent.next_action.display_bank_transfer_instructions.amount_remaining == 7_950
    await till.bank_sends(told.financial_addresses[0].iban.iban, 7_950)
    assert (await till.again(intent)).status == "succeeded"
    assert (await till.again(session)).payment_status == "paid"
    assert "has been paid" in await till.page(f"/pay/{session.id}")
    events = await till.events()
    assert "payment_intent.partially_funded" in events
    assert events.index("payment_intent.succeeded") < events.index("checkout.session.async_payment_succeeded")
    assert await till.balance() == (0, 20_000 - 100)
    assert await cash(till, customer) == 0


async def test_an_overpayment_stays_with_the_customer_for_the_next_payment(till: Till) -> None:
    customer = await till.customer()
    first = await till.transfer_intent(customer)
    iban = first.next_action.display_bank_transfer_instructions.financial_addresses[0].iban.iban
    await till.bank_sends(iban, 25_000)
    assert (await till.again(first)).status == "succeeded"
    assert await cash(till, customer) == 5_000
    assert (await till.events())[-1] == "cash_balance.funds_available"
    second = await till.transfer_intent(customer, 8_000)
    told = second.next_action.display_bank_transfer_instructions
    assert (told.amount_remaining, told.financial_addresses[0].iban.iban) == (3_000, iban)
    third = await till.transfer_intent(customer, 1_000)
    assert third.status == "requires_action"
    back = await till.v1.payment_intents.cancel_async(second.id)
    assert back.status == "canceled"
    assert await cash(till, customer) == 5_000
    assert await kinds(till, customer) == [
        ("funded", 25_000),
        ("applied_to_payment", -20_000),
        ("applied_to_payment", -5_000),
        ("unapplied_from_payment", 5_000),
    ]


async def test_a_transfer_finds_its_payment_by_reference_then_by_amount_then_by_age(till: Till) -> None:
    customer = await till.customer()
    oldest, exact, named = [await till.transfer_intent(customer, amount) for amount in (9_000, 4_000, 9_000)]
    reference = named.next_action.display_bank_transfer_instructions.reference
    await till.bank_sends(customer.id, 9_000, reference=f"pellets {reference.lower()} thanks")
    await till.bank_sends(customer.id, 4_000)
    assert [(await till.again(each)).status for each in (oldest, exact, named)] == [
        "requires_action",
        "succeeded",
        "succeeded",
    ]
    await till.bank_sends(customer.id, 8_999)
    told = (await till.again(oldest)).next_action.display_bank_transfer_instructions
    assert told.amount_remaining == 1


async def test_the_pretend_bank_sends_with_the_reference_that_the_payer_writes(till: Till) -> None:
    customer = await till.customer()
    older, named = await till.transfer_intent(customer), await till.transfer_intent(customer, 9_000)
    told = named.next_action.display_bank_transfer_instructions
    assert f'value="{told.reference}"' in await till.page(f"/pay/transfer/{named.id}")
    await till.press(told.hosted_instructions_url, amount="95.00", sender="Jonas", reference="pelets")
    remaining = (await till.again(older)).next_action.display_bank_transfer_instructions.amount_remaining
    assert (remaining, (await till.again(named)).status) == (10_500, "requires_action")
    await till.press(told.hosted_instructions_url, amount="95.00", sender="Jonas")
    assert (await till.again(named)).status == "succeeded"
    assert (await till.again(older)).next_action.display_bank_transfer_instructions.amount_remaining == 10_000


async def test_money_is_applied_by_hand_where_the_shop_wants_it_so(till: Till) -> None:
    customer = await till.customer()
    manual = {"settings": {"reconciliation_mode": "manual"}}
    await till.v1.customers.cash_balance.update_async(customer.id, manual)
    intent = await till.transfer_intent(customer)
    helper = till.v1.test_helpers.customers.fund_cash_balance_async
    await helper(customer.id, {"amount": 15_000, "currency": "eur"})
    assert (await till.again(intent)).next_action.display_bank_transfer_instructions.amount_remaining == 20_000
    apply = till.v1.payment_intents.apply_customer_balance_async
    assert (await till.refused(apply(intent.id))).code == "balance_insufficient"
    assert (await till.refused(apply(intent.id, {"amount": 20_001}))).code == "amount_too_large"
    await apply(intent.id, {"amount": 15_000})
    await helper(customer.id, {"amount": 5_000, "currency": "eur"})
    assert (await apply(intent.id)).status == "succeeded"
    assert (await till.refused(apply(intent.id))).code == "payment_intent_unexpected_state"
    assert (await till.events()).count("customer_cash_balance_transaction.created") == 4


async def test_a_transfer_goes_back_to_where_it_came_from(till: Till) -> None:
    customer = await till.customer()
    intent = await till.transfer_intent(customer)
    await till.bank_sends(customer.id, 23_000)
    refund = await till.v1.refunds.create_async({"payment_intent": intent.id, "amount": 6_000})
    rest = await till.v1.refunds.create_async(
        {"origin": "customer_balance", "customer": customer.id, "amount": 3_000, "currency": "eur"}
    )
    assert (refund.status, rest.status, await cash(till, customer)) == ("pending", "pending", 0)
    till.later(days=2)
    assert [(await till.again(each)).status for each in (refund, rest)] == ["succeeded", "succeeded"]
    assert await till.balance() == (20_000 - 100 - 6_000, 0)
    await till.lab_does(f"stripe/refunds/{rest.id}", do="fail")
    assert (await till.again(rest)).status == "failed"
    assert (await kinds(till, customer))[-2:] == [("return_initiated", -3_000), ("return_canceled", 3_000)]


async def test_a_refund_asks_for_the_account_where_the_bank_did_not_tell(till: Till) -> None:
    customer = await till.customer(email=None)
    intent = await till.transfer_intent(customer)
    await till.bank_sends(customer.id, 20_000, sender=None)
    params = {"payment_intent": intent.id, "amount": 1_000}
    assert (await till.refused(till.v1.refunds.create_async(params))).code == "parameter_missing"
    params["instructions_email"] = "jonas@buyer.test"
    asked, late, unwanted = [await till.v1.refunds.create_async(params) for _ in range(3)]
    assert (asked.status, asked.instructions_email) == ("requires_action", "jonas@buyer.test")
    assert (await till.v1.refunds.cancel_async(unwanted.id)).status == "canceled"
    await till.lab_does(f"stripe/refunds/{asked.id}", do="give_account")
    till.later(days=2)
    assert (await till.again(asked)).status == "succeeded"
    till.later(days=44)
    assert (await till.again(late)).status == "canceled"
    assert await cash(till, customer) == 1_000
    assert await till.balance() == (20_000 - 100 - 2_000, 0)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"payment_method_options": None}, "payment_method_options[customer_balance][funding_type]"),
        (
            {
                "payment_method_options": {
                    "customer_balance": {
                        "funding_type": "bank_transfer",
                        "bank_transfer": {"type": "eu_bank_transfer", "eu_bank_transfer": {"country": "LT"}},
                    }
                }
            },
            "payment_method_options[customer_balance][bank_transfer][eu_bank_transfer][country]",
        ),
        ({"currency": "usd"}, "allowed_payment_method_types"),
        ({"customer": None}, "customer"),
    ],
)
async def test_a_bank_transfer_needs_its_customer_its_country_and_its_currency(
    till: Till, change: dict[str, Any], param: str
) -> None:
    customer = await till.customer()
    params = {
        "amount": 20_000,
        "currency": "eur",
        "customer": customer.id,
        "allowed_payment_method_types": ["customer_balance"],
        "payment_method_data": {"type": "customer_balance"},
        "payment_method_options": TRANSFER,
        "confirm": True,
    }
    refused = await till.refused(
        till.v1.payment_intents.create_async({k: v for k, v in (params | change).items() if v is not None})
    )
    assert refused.param == param  # type: ignore[attr-defined]  # an invalid request's
