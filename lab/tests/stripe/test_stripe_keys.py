"""Idempotency keys as Stripe documents them: kept answers, their lifetime, and answers that are never kept."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from lab.tests.stripe.till import Till

PARAMS = {"amount": 20_000, "currency": "eur"}
SELLER = {"contact_email": "ona@seller.test", "display_name": "Ona"}


def once(key: str) -> dict[str, Any]:
    """Turn off the client's own retries, which would hide the server's answers."""
    return {"idempotency_key": key, "max_network_retries": 0}


@pytest.mark.parametrize("work", ["before", "after"])
async def test_a_500_is_given_again_whatever_came_of_the_work(till: Till, work: str) -> None:
    await till.lab_does("stripe/troubles", match="POST /v1/payment_intents", work=work)
    first = await till.refused(till.v1.payment_intents.create_async(PARAMS, once("effect-1")))
    again = await till.refused(till.v1.payment_intents.create_async(PARAMS, once("effect-1")))
    assert isinstance(again, stripe.APIError)
    assert (first.http_status, again.http_status, again.http_body) == (500, 500, first.http_body)
    assert again.headers is not None
    assert again.headers["Idempotent-Replayed"] == "true"
    made = (await till.v1.payment_intents.list_async()).data
    assert len(made) == (1 if work == "after" else 0)
    fresh = await till.v1.payment_intents.create_async(PARAMS, once("effect-2"))
    assert fresh.id not in [each.id for each in made]


async def test_a_call_that_was_one_too_many_is_not_kept(till: Till) -> None:
    await till.lab_does("stripe/troubles", status=429, match="POST /v1/payment_intents")
    refused = await till.refused(till.v1.payment_intents.create_async(PARAMS, once("effect-1")))
    assert isinstance(refused, stripe.RateLimitError)
    assert await till.v1.payment_intents.create_async(PARAMS, once("effect-1"))


async def test_a_declined_card_is_declined_again_without_being_asked(till: Till) -> None:
    params = {**PARAMS, "payment_method": "pm_card_visa_chargeDeclined", "confirm": True}
    for _ in range(2):
        declined = await till.refused(till.v1.payment_intents.create_async(params, once("effect-1")))
        assert (declined.http_status, declined.code) == (402, "card_declined")
    assert len((await till.v1.charges.list_async()).data) == 1


async def test_a_key_belongs_to_one_path_one_body_and_one_account(till: Till) -> None:
    await till.v1.payment_intents.create_async(PARAMS, once("effect-1"))
    for call in (
        till.v1.payment_intents.create_async({**PARAMS, "metadata": {"deal": "D1"}}, once("effect-1")),
        till.v1.customers.create_async({}, once("effect-1")),
        till.v1.payment_intents.create_async(PARAMS, once("x" * 256)),
    ):
        assert isinstance(await till.refused(call), stripe.IdempotencyError)
    seller = await till.seller()
    elsewhere = await till.refused(till.v1.payouts.create_async(PARAMS, {**once("effect-1"), "stripe_account": seller}))
    assert elsewhere.code == "balance_insufficient"


async def test_a_key_lives_a_day_in_v1_and_a_month_in_v2(till: Till) -> None:
    intent = await till.v1.payment_intents.create_async(PARAMS, once("effect-1"))
    account = await till.v2.core.accounts.create_async(SELLER, once("effect-1"))
    till.later(hours=23, minutes=59)
    assert (await till.v1.payment_intents.create_async(PARAMS, once("effect-1"))).id == intent.id
    till.later(minutes=2)
    assert (await till.v1.payment_intents.create_async(PARAMS, once("effect-1"))).id != intent.id
    till.later(days=28)
    assert (await till.v2.core.accounts.create_async(SELLER, once("effect-1"))).id == account.id
    till.later(days=1)
    assert (await till.v2.core.accounts.create_async(SELLER, once("effect-1"))).id != account.id


@pytest.mark.parametrize("work", ["before", "after"])
async def test_v2_carries_out_again_what_failed_and_nothing_that_was_done(till: Till, work: str) -> None:
    await till.lab_does("stripe/troubles", match="POST /v2/core/accounts", work=work)
    await till.refused(till.v2.core.accounts.create_async(SELLER, once("effect-1")))
    account = await till.v2.core.accounts.create_async(SELLER, once("effect-1"))
    assert [each.id for each in (await till.v2.core.accounts.list_async()).data] == [account.id]
