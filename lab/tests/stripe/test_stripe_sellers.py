"""Sellers whose account changes, payouts that come back, and the sum of each owner's balance."""

from __future__ import annotations

import json
from typing import Any

import stripe

from lab.tests.stripe.conftest import Mailbox
from lab.tests.stripe.till import Till

THIN_SECRET = "whsec_thin"
CAPABILITY = "v2.core.account[configuration.recipient].capability_status_updated"


async def status_of(till: Till, seller: str) -> Any:
    account = await till.v2.core.accounts.retrieve_async(seller, {"include": ["configuration.recipient"]})
    return account.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status


async def test_a_restricted_seller_is_not_paid_until_stripe_knows_more(till: Till) -> None:
    seller, charge = await till.seller(), await till.charge()
    params = {"amount": 5_000, "currency": "eur", "destination": seller, "source_transaction": charge.id}
    await till.lab_does(f"stripe/accounts/{seller}", do="restrict", due=["individual.id_number"])
    refused = await till.refused(till.v1.transfers.create_async(params))
    assert refused.code == "insufficient_capabilities_for_transfer"
    account = await till.v2.core.accounts.retrieve_async(seller, {"include": ["requirements"]})
    assert [each.description for each in account.requirements.entries] == ["individual.id_number"]
    assert await status_of(till, seller) == "restricted"
    link = await till.v2.core.account_links.create_async(
        {
            "account": seller,
            "use_case": {"type": "account_update", "account_update": {"refresh_url": "https://shop.test/again"}},
        }
    )
    assert "individual.id_number" in await till.page(link.url)
    assert "All set" in await till.press(link.url)
    assert await status_of(till, seller) == "active"
    await till.v1.transfers.create_async(params)


async def test_thin_events_name_the_account_and_the_rest_is_fetched(till: Till, mailbox: Mailbox) -> None:
    thin = {"url": till.lab.stripe.webhook_url, "secret": THIN_SECRET, "payload": "thin"}
    till.lab.stripe.webhook_url = ""
    async with till.browser.put("/lab/stripe/webhook", json=thin) as answer:
        assert answer.status == 200
    seller = await till.seller()
    await till.lab_does(f"stripe/accounts/{seller}", do="restrict")
    await mailbox.until(CAPABILITY, times=4)
    body, seal = next((body, seal) for body, seal in mailbox.letters if CAPABILITY.encode() in body)
    assert "data" not in json.loads(body)
    notice: Any = till.client.parse_event_notification(body, seal, THIN_SECRET)
    assert notice.related_object.id == seller
    event = await till.v2.core.events.retrieve_async(notice.id)
    assert event.data.updated_capability == "stripe_balance.stripe_transfers"
    # The asynchronous call of stripe 16.1 sends a parameter that Stripe does not have.
    assert "usage" in str(await till.refused(notice.fetch_event_async()))
    listed = await till.v2.core.events.list_async({"object_id": seller, "limit": 100})
    assert {each.type for each in listed.data} == {
        "v2.core.account.created",
        "v2.core.account[requirements].updated",
        CAPABILITY,
    }
    snapshots = {each.type for each in (await till.v1.events.list_async(options={"stripe_account": seller})).data}
    assert snapshots == {"account.updated", "capability.updated"}


async def test_an_account_is_closed_only_when_it_is_empty(till: Till) -> None:
    seller = await till.seller()
    charge = await till.charge(card="pm_card_bypassPending")
    await till.v1.transfers.create_async(
        {"amount": 5_000, "currency": "eur", "destination": seller, "source_transaction": charge.id}
    )
    assert (await till.refused(till.v2.core.accounts.close_async(seller))).http_status == 400
    await till.lab_does(f"stripe/accounts/{seller}", do="sweep")
    assert (await till.v2.core.accounts.close_async(seller)).closed is True
    assert await status_of(till, seller) == "restricted"


async def test_swept_money_cannot_be_reversed_until_it_returns(till: Till) -> None:
    seller = await till.seller()
    charge = await till.charge(card="pm_card_bypassPending")
    transfer = await till.v1.transfers.create_async(
        {"amount": 9_000, "currency": "eur", "destination": seller, "source_transaction": charge.id}
    )
    (payout,) = (await till.lab_does(f"stripe/accounts/{seller}", do="sweep"))["data"]
    assert (payout["amount"], payout["automatic"]) == (9_000, True)
    reverse = till.v1.transfers.reversals.create_async
    assert (await till.refused(reverse(transfer.id))).code == "balance_insufficient"
    till.later(days=1)
    theirs = {"stripe_account": seller}
    assert (await till.v1.payouts.retrieve_async(payout["id"], options=theirs)).status == "paid"
    assert (await till.refused(till.v1.payouts.retrieve_async(payout["id"]))).code == "resource_missing"
    await till.lab_does(f"stripe/payouts/{payout['id']}", do="fail")
    failed = await till.v1.payouts.retrieve_async(payout["id"], options=theirs)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    events = [each.type for each in (await till.v1.events.list_async({"limit": 3}, theirs)).data]
    assert events == ["payout.failed", "payout.paid", "payout.created"]
    await reverse(transfer.id)
    assert await till.balance(seller) == (0, 0)


async def test_a_seller_who_is_not_known_yet_is_paid_nothing_out(till: Till) -> None:
    seller = await till.seller(onboarded=False)
    refused = await till.refused(
        till.v1.payouts.create_async({"amount": 100, "currency": "eur"}, {"stripe_account": seller})
    )
    assert refused.code == "payouts_not_allowed"


async def test_the_owner_pays_in_and_out_by_hand(till: Till) -> None:
    topup = await till.v1.topups.create_async({"amount": 50_000, "currency": "eur", "description": "reserve"})
    assert (topup.status, await till.balance()) == ("pending", (0, 0))
    till.later(days=1)
    assert ((await till.again(topup)).status, await till.balance()) == ("succeeded", (50_000, 0))
    payout = await till.v1.payouts.create_async({"amount": 20_000, "currency": "eur"})
    cancelled = await till.v1.payouts.cancel_async(payout.id)
    assert (cancelled.status, await till.balance()) == ("canceled", (50_000, 0))
    till.later(days=30)
    assert await till.balance() == (50_000, 0)


async def test_events_are_kept_for_thirty_days(till: Till) -> None:
    await till.customer()
    (event,) = (await till.v1.events.list_async({"type": "customer.created"})).data
    till.later(days=29)
    assert isinstance(await till.v1.events.retrieve_async(event.id), stripe.Event)
    till.later(days=2)
    assert (await till.v1.events.list_async()).data == []
    assert (await till.refused(till.v1.events.retrieve_async(event.id))).http_status == 404


async def test_a_currency_has_its_own_least_amount_and_its_own_steps(till: Till) -> None:
    few = await till.refused(till.intent(17_499, currency="huf"))
    assert (few.code, "175.00 huf" in str(few)) == ("amount_too_small", True)
    assert "at least 50 jpy" in str(await till.refused(till.intent(49, currency="jpy")))
    await till.intent(20_050, "pm_card_bypassPending", currency="huf")
    odd = await till.refused(till.v1.payouts.create_async({"amount": 19_050, "currency": "huf"}))
    assert "divisible by 100" in str(odd)
    payout = await till.v1.payouts.create_async({"amount": 19_000, "currency": "huf"})
    assert payout.currency == "huf"
    assert "gel" in str(await till.refused(till.intent(20_000, currency="gel")))


async def test_a_balance_on_the_usual_schedule_is_gone_by_midnight(till: Till) -> None:
    await till.charge(20_000, "pm_card_bypassPending")
    assert (await till.v1.balance_settings.retrieve_async()).payments.payouts.schedule.interval == "manual"
    till.later(days=3)
    assert await till.balance() == (19_675, 0)
    update = till.v1.balance_settings.update_async
    await update({"payments": {"payouts": {"schedule": {"interval": "daily"}}}})
    till.later(days=1)
    assert await till.balance() == (0, 0)
    (payout,) = (await till.v1.payouts.list_async()).data
    assert (payout.automatic, payout.amount) == (True, 19_675)
    kept = await update({"payments": {"payouts": {"schedule": {"interval": "manual"}}}})
    assert kept.payments.payouts.schedule.interval == "manual"
    await till.charge(20_000, "pm_card_bypassPending")
    till.later(days=9)
    assert await till.balance() == (19_675, 0)
    weekly = {"payments": {"payouts": {"schedule": {"interval": "weekly"}}}}
    assert (await till.refused(update(weekly))).http_status == 400
