"""The webhook's door: taken once, never on a forger's word, and never a fault of ours to the outside."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.kernel.inbox import InboxRow
from core.kernel.outbox import OutboxRow
from core.kernel.transaction import MARKET
from core.trade.deals.model import DealState
from payments.stripe.webhooks import StripeWebhooks
from tests.core.conftest import Market
from tests.payments.conftest import Shop

SECRET = "whsec_story"


@pytest.fixture
def door(market: Market) -> StripeWebhooks:
    return StripeWebhooks(market.transactions, market.clock, "whsec_old", SECRET)


def signature(body: bytes, secret: str = SECRET, age: int = 0) -> str:
    """Return a signature like Stripe's. The client's own code compares it with the machine's clock."""
    made = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, int(time.time()) - age)
    return str(made)


def event(**changes: Any) -> bytes:
    usual = {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1"}}}
    return json.dumps(usual | changes).encode()


async def taken(market: Market) -> list[tuple[str, dict[str, Any]]]:
    """Return the objects that we will look at."""
    rows = await market.run(MARKET, lambda ctx: ctx.session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all())
    return [(row.ordering_key, row.body) for row in rows]


async def test_without_a_secret_the_door_does_not_open(market: Market) -> None:
    for secrets in ((), ("",), (SECRET, "  ")):
        with pytest.raises(ValueError, match="without a secret"):
            StripeWebhooks(market.transactions, market.clock, *secrets)


async def test_a_signed_event_is_looked_at_once(market: Market, door: StripeWebhooks) -> None:
    body = event()
    for _ in range(3):
        assert await door.take(body, signature(body)) == 200
    notice = {"kind": "intent", "id": "pi_1", "event": "payment_intent.succeeded"}
    assert await taken(market) == [("look:pi_1", notice)]


async def test_a_thin_event_names_its_object(market: Market, door: StripeWebhooks) -> None:
    kind = "v2.core.account[configuration.recipient].capability_status_updated"
    thin = {"id": "evt_2", "object": "v2.core.event", "type": kind, "related_object": {"id": "acct_1"}}
    body = json.dumps(thin).encode()
    assert await door.take(body, signature(body)) == 200
    assert await taken(market) == [("look:acct_1", {"kind": "account", "id": "acct_1", "event": kind})]


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "customer.created"},
        {"type": "radar.early_fraud_warning.created", "data": {"object": {"id": "issfr_1"}}},
        {"account": "acct_1"},  # that seller was paid elsewhere
    ],
)
async def test_irrelevant_event_is_accepted_and_ignored(
    market: Market, door: StripeWebhooks, changes: dict[str, Any]
) -> None:
    body = event(**changes)
    assert await door.take(body, signature(body)) == 200
    assert await taken(market) == []


async def test_event_for_the_operator_alone_is_kept(market: Market, door: StripeWebhooks) -> None:
    body = event(type="radar.early_fraud_warning.created", data={"object": {"id": "issfr_1"}})
    await door.take(body, signature(body))
    kept = await market.run(MARKET, lambda ctx: ctx.session.get(InboxRow, "stripe:evt_1"))
    assert kept is not None
    assert kept.body == {"type": "radar.early_fraud_warning.created", "object": "issfr_1"}


async def test_signed_body_that_is_no_event_is_a_bad_request(door: StripeWebhooks) -> None:
    for body in (
        b"",
        b"null",
        b"[]",
        b'{"id": "evt_1"}',
        b"[" * 100_000,
        event(id=7),
        event(id=""),
        event(id="e" * 101),
        event(data=None),
        event(data={"object": "pi_1"}),
        event(object="v2.core.event"),
    ):
        assert await door.take(body, signature(body)) == 400, body[:80]


async def test_a_forgery_is_turned_away(market: Market, door: StripeWebhooks) -> None:
    for forged in (
        None,
        "",
        "t=1,v1=",
        "t=,v1=00",
        "v1=00",
        "t=9999999999,v1=é",
        "t=1e400,v1=00",
        signature(event(), "whsec_other"),
        signature(event(), age=302),
        signature(event(), age=-302),  # Stripe's own client would take this one
        signature(event(), age=-(10**17)),
        signature(event()).replace("t=", "t=" + "9" * 1_000),
        f"{signature(event())},v1={'0' * 5_000}",
        signature(b"{}"),
    ):
        assert await door.take(event(), forged) == 401, forged
    assert await taken(market) == []


async def test_bytes_that_are_no_text_are_turned_away(door: StripeWebhooks) -> None:
    assert await door.take(b"\xff\xfe", signature(b"{}")) == 401


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), header=st.none() | st.text(max_size=80) | st.from_regex(r"t=\d{1,30},v1=.{0,64}"))
async def test_bad_signature_or_body_is_unauthorised(door: StripeWebhooks, body: bytes, header: str | None) -> None:
    assert await door.take(body, header) == 401


async def test_every_webhook_twice_has_one_effect(shop: Shop) -> None:
    await shop.strike("duplicate", "", deliveries=True, times=200)
    await shop.funded()
    await shop.onboard()
    await shop.deliver_all()
    await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == 2
    count = select(func.count()).select_from(InboxRow).where(InboxRow.key.startswith("stripe:"))
    keys = await shop.market.run(MARKET, lambda ctx: ctx.session.scalar(count))
    assert keys is not None
    assert 0 < keys < len(await shop.made("event"))
    await shop.books_agree()
