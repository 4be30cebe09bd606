"""Webhooks of the lab's Stripe: signed, repeated until accepted, disturbed on demand."""

from __future__ import annotations

import json

import pytest
import stripe

from lab.tests.stripe.conftest import SECRET, Mailbox
from lab.tests.stripe.till import Till


def told(mailbox: Mailbox) -> list[str]:
    return [json.loads(body)["type"] for body, _ in mailbox.letters]


async def test_a_payment_is_told_in_order_and_under_seal(till: Till, mailbox: Mailbox) -> None:
    session = await till.session(metadata={"deal": "D1"})
    await till.pay(session)
    await mailbox.until("checkout.session.completed")
    assert told(mailbox) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    body, seal = mailbox.letters[-1]
    event = stripe.Webhook.construct_event(body, seal, SECRET)
    assert (event.data.object["id"], event.data.object["metadata"]["deal"]) == (session.id, "D1")
    assert (await till.v1.events.retrieve_async(event.id)).type == "checkout.session.completed"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(body.replace(b"20000", b"2"), seal, SECRET)


async def test_a_letter_that_is_refused_comes_again(till: Till, mailbox: Mailbox) -> None:
    mailbox.refusals = 1
    customer = await till.v1.customers.create_async({})
    till.later(seconds=3)
    await till.v1.customers.update_async(customer.id, {"name": "Jonas"})
    await mailbox.until("customer.updated")
    till.later(seconds=10)
    await mailbox.until("customer.created")


async def test_a_letter_may_come_twice(till: Till, mailbox: Mailbox) -> None:
    await till.lab_does("faults", service="stripe", kind="duplicate", where="delivery")
    await till.v1.customers.create_async({})
    await mailbox.until("customer.created", times=2)
    assert mailbox.letters[0][0] == mailbox.letters[1][0]


@pytest.mark.parametrize("fault", ["drop", "answer_lost", "error"])
async def test_a_letter_that_is_lost_comes_again_and_so_does_one_whose_answer_was(
    till: Till, mailbox: Mailbox, fault: str
) -> None:
    await till.lab_does("faults", service="stripe", kind=fault, where="delivery", match="customer.created")
    await till.v1.customers.create_async({})
    await till.v1.customers.create_async({})
    await mailbox.until("customer.created")
    till.later(seconds=5)
    await mailbox.until("customer.created", times=3 if fault == "answer_lost" else 2)
    bodies = [json.loads(body)["id"] for body, _ in mailbox.letters]
    assert len(set(bodies)) == 2


@pytest.mark.parametrize(("days", "names"), [(2, ["Told", "Late", "Last"]), (4, ["Told", "Last"])])
async def test_a_letter_is_given_up_after_three_days_and_the_list_still_tells_it(
    till: Till, mailbox: Mailbox, days: int, names: list[str]
) -> None:
    mailbox.refusals = 2
    await till.v1.customers.create_async({"name": "Late"})
    await mailbox.until_refused(1)
    till.later(days=days)
    await mailbox.until_refused(2)
    await till.v1.customers.create_async({"name": "Told"})
    await mailbox.until("customer.created")
    till.later(days=1)  # events to be retried are due now, and are queued before the last
    await till.v1.customers.create_async({"name": "Last"})
    await mailbox.until("customer.created", times=len(names))
    assert [json.loads(body)["data"]["object"]["name"] for body, _ in mailbox.letters] == names
    listed = (await till.v1.events.list_async({"type": "customer.created"})).data
    assert [each.data.object["name"] for each in listed] == ["Last", "Told", "Late"]
    assert listed[-1].pending_webhooks == 3 - len(names)


async def test_letters_may_overtake_each_other(till: Till, mailbox: Mailbox) -> None:
    await till.lab_does("faults", service="stripe", kind="reorder", where="delivery", match="customer.created")
    customer = await till.v1.customers.create_async({})
    await till.v1.customers.update_async(customer.id, {"name": "Jonas"})
    await mailbox.until("customer.created")
    assert told(mailbox) == ["customer.updated", "customer.created"]


async def test_onboarding_is_told_about_the_sellers_account(till: Till, mailbox: Mailbox) -> None:
    seller = await till.seller()
    await mailbox.until("capability.updated")
    events = [json.loads(body) for body, _ in mailbox.letters]
    assert {each["account"] for each in events} == {seller}
    updated = [each["data"]["object"]["details_submitted"] for each in events if each["type"] == "account.updated"]
    assert updated == [False, True]


async def test_an_endpoint_of_ones_own_hears_only_what_it_asked_for(till: Till, mailbox: Mailbox) -> None:
    url, till.lab.stripe.webhook_url = till.lab.stripe.webhook_url, ""
    endpoint = await till.v1.webhook_endpoints.create_async({"url": url, "enabled_events": ["customer.updated"]})
    customer = await till.v1.customers.create_async({})
    await till.v1.customers.update_async(customer.id, {"name": "Jonas"})
    await mailbox.until("customer.updated")
    assert told(mailbox) == ["customer.updated"]
    body, seal = mailbox.letters[0]
    assert stripe.Webhook.construct_event(body, seal, endpoint.secret).type == "customer.updated"


async def test_an_endpoint_hears_of_the_platform_or_of_its_sellers(till: Till, mailbox: Mailbox) -> None:
    url, till.lab.stripe.webhook_url = till.lab.stripe.webhook_url, ""
    params = {"url": url, "enabled_events": ["*"]}
    own, of_sellers = [
        await till.v1.webhook_endpoints.create_async({**params, **more}) for more in ({}, {"connect": True})
    ]
    await till.seller()
    await till.customer()
    await mailbox.until("customer.created")
    await mailbox.until("capability.updated")
    for body, seal in mailbox.letters:
        secret = of_sellers.secret if "account" in json.loads(body) else own.secret
        assert stripe.Webhook.construct_event(body, seal, secret)
