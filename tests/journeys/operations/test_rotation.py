"""A secret is changed without a gap. The new and the old one open the door, then the new one alone."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator

import pytest
import stripe
from pydantic import SecretStr
from slack_sdk.signature import SignatureVerifier

from tests.journeys.market import World, open_world

NEW, OLD, WRONG = "n3w_secret", "old_secret", "wrong_secret"
SETTINGS = ("stripe_webhook_secret", "stripe_thin_webhook_secret", "slack_signing_secret", "telegram_webhook_secret")


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    """Yield a market whose doors are all webhooks, before it opens."""
    async with open_world(database, product=False, public_url="http://127.0.0.1:9") as opened:
        opened.settings = opened.settings.model_copy(update={"slack_app_token": None})
        yield opened


async def opens_with(world: World, secrets: str) -> None:
    await world.closes()
    world.settings = world.settings.model_copy(update=dict.fromkeys(SETTINGS, SecretStr(secrets)))
    await world.opens()


async def post(world: World, path: str, body: bytes, headers: dict[str, str]) -> int:
    assert world.product is not None
    async with world.browser.http.post(f"{world.product.server.url}{path}", data=body, headers=headers) as answer:
        return answer.status


async def stripe_door(world: World, secret: str, path: str = "/stripe/webhook") -> int:
    event = {"id": f"evt_{secret}", "object": "event", "type": "refund.updated", "data": {"object": {"id": "re_1"}}}
    body = json.dumps(event).encode()
    now = int((await world.now()).timestamp())
    signed = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, now)
    return await post(world, path, body, {"Stripe-Signature": str(signed)})


async def slack_door(world: World, secret: str) -> int:
    body, stamp = b'{"type": "url_verification", "challenge": "c"}', str(int(time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    assert signature is not None
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, "Content-Type": "application/json"}
    return await post(world, "/slack/events", body, headers)


async def telegram_door(world: World, secret: str) -> int:
    return await post(world, "/telegram/webhook", b'{"update_id": 1}', {"X-Telegram-Bot-Api-Secret-Token": secret})


async def answers(world: World, secret: str) -> list[int]:
    return [
        await stripe_door(world, secret),
        await stripe_door(world, secret, "/stripe/thin"),
        await slack_door(world, secret),
        await telegram_door(world, secret),
    ]


async def test_both_secrets_open_every_door_while_one_is_changed(world: World) -> None:
    await opens_with(world, f"{NEW}, {OLD}")
    assert await answers(world, NEW) == [200] * 4
    assert await answers(world, OLD) == [200] * 4
    assert await answers(world, WRONG) == [401] * 4
    told = await world.browser.get("/lab/wire?service=telegram&match=setWebhook")
    assert told[-1]["body"]["secret_token"] == NEW  # the first of the list is the one that Telegram is told
    await opens_with(world, NEW)
    assert await answers(world, NEW) == [200] * 4
    assert await answers(world, OLD) == [401] * 4
