"""Calling the lab's Stripe: keys, parameters, idempotency, lists, and answers in the SDK's own shape."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import stripe

from lab.tests.stripe.till import Till

PARAMS = {"amount": 20_000, "currency": "eur"}


async def test_a_wrong_key_is_turned_away(till: Till) -> None:
    stranger = stripe.StripeClient(
        "sk_test_wrong", http_client=till.http, base_addresses={"api": f"{till.lab.url}/stripe"}
    )
    with pytest.raises(stripe.AuthenticationError):
        await stranger.v1.balance.retrieve_async()


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({**PARAMS, "amonut": 1}, "parameter_unknown", "amonut"),
        ({**PARAMS, "shipping": {"address": {}, "name": "x", "colour": "y"}}, "parameter_unknown", "shipping[colour]"),
        ({"amount": 20_000}, "parameter_missing", "currency"),
        ({**PARAMS, "amount": "ten"}, "parameter_invalid_integer", "amount"),
        ({**PARAMS, "amount": 0}, "parameter_invalid_integer", "amount"),
        ({**PARAMS, "amount": 49}, "amount_too_small", "amount"),
        ({**PARAMS, "amount": 100_000_000}, "amount_too_large", "amount"),
        ({**PARAMS, "capture_method": "sometimes"}, None, "capture_method"),
        ({**PARAMS, "application_fee_amount": 5}, None, "application_fee_amount"),
        ({**PARAMS, "customer": "cus_nobody"}, "resource_missing", "customer"),
        ({**PARAMS, "metadata": {f"k{n}": "v" for n in range(51)}}, None, "metadata"),
        ({**PARAMS, "metadata": {"k" * 41: "v"}}, None, f"metadata[{'k' * 41}]"),
        ({**PARAMS, "metadata": {"k": "v" * 501}}, None, "metadata[k]"),
    ],
)
async def test_a_call_that_says_something_wrong_is_told_what(
    till: Till, params: dict[str, Any], code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.v1.payment_intents.create_async(params)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)


async def test_an_unknown_address_is_reported(till: Till) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        await till.v1.products.list_async()


async def test_the_same_key_gives_the_same_answer(till: Till) -> None:
    first = await till.v1.payment_intents.create_async(PARAMS, {"idempotency_key": "effect-1"})
    again = await till.v1.payment_intents.create_async(PARAMS, {"idempotency_key": "effect-1"})
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Stripe-Version"] == stripe.api_version
    with pytest.raises(stripe.IdempotencyError):
        await till.v1.payment_intents.create_async({**PARAMS, "amount": 1}, {"idempotency_key": "effect-1"})


async def test_a_refusal_is_replayed_too_but_a_malformed_call_is_not_kept(till: Till) -> None:
    seller = await till.seller()
    params = {**PARAMS, "destination": seller}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await till.v1.transfers.create_async(params, {"idempotency_key": "effect-2"})
        assert refused.value.code == "balance_insufficient"
        await till.charge(50_000, "pm_card_bypassPending")
    with pytest.raises(stripe.InvalidRequestError):
        await till.v1.transfers.create_async({**params, "nonsense": 1}, {"idempotency_key": "effect-3"})
    assert await till.v1.transfers.create_async(params, {"idempotency_key": "effect-3"})


async def test_a_key_is_forgotten_after_a_day(till: Till) -> None:
    first = await till.v1.payment_intents.create_async(PARAMS, {"idempotency_key": "effect-4"})
    till.later(hours=24)
    second = await till.v1.payment_intents.create_async(PARAMS, {"idempotency_key": "effect-4"})
    assert second.id != first.id


async def test_two_calls_at_once_with_one_key_make_one_payment(till: Till) -> None:
    await till.lab_does("stripe/pace", seconds=0.3)
    impatient = {"idempotency_key": "effect-5", "max_network_retries": 0}
    answers = await asyncio.gather(
        *(till.v1.payment_intents.create_async(PARAMS, impatient) for _ in range(2)), return_exceptions=True
    )
    conflicts = [each for each in answers if isinstance(each, stripe.StripeError)]
    assert [each.http_status for each in conflicts] == [409]
    assert len((await till.v1.payment_intents.list_async()).data) == 1


async def test_a_lost_answer_is_fetched_by_the_clients_own_retry(till: Till) -> None:
    await till.lab_does("faults", service="stripe", kind="answer_lost", match="POST /v1/payment_intents")
    assert (await till.v1.payment_intents.create_async(PARAMS)).last_response.headers["Idempotent-Replayed"] == "true"
    assert len((await till.v1.payment_intents.list_async()).data) == 1


async def test_lists_are_paged_newest_first_and_filtered(till: Till) -> None:
    made = []
    for _ in range(5):
        made.append((await till.v1.customers.create_async({"email": "a@shop.test"})).id)
        till.later(seconds=10)
    first = await till.v1.customers.list_async({"limit": 2})
    assert ([each.id for each in first.data], first.has_more) == (made[:-3:-1], True)
    walked = [each.id async for each in first.auto_paging_iter()]
    assert walked == made[::-1]
    recent = await till.v1.customers.list_async({"created": {"gte": till.now() - 25}})
    assert [each.id for each in recent.data] == made[:-3:-1]
