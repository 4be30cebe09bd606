"""`parley setup` writes what the services outside must be told, and the doctor proves that they were."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import Settings
from lab.app import Lab
from payments.stripe.webhooks import EVENT_TYPES
from tools.doctor import examine
from tools.setup import SECRETS, set_up

HOME = "https://market.test"


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    made = Lab()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def real(lab: Lab, tmp_path: Path) -> Settings:
    """Return an installation for which every service is "real", and answers."""
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{tmp_path / 'market.sqlite'}",
        public_url=HOME,
        telegram_bot_token=lab.telegram.token,
        telegram_api_url=f"{lab.url}/telegram",
        slack_bot_token=lab.slack.bot_token,
        slack_app_token=lab.slack.app_token,
        slack_api_url=f"{lab.url}/slack/api/",
        stripe_secret_key=lab.stripe.secret_key,
        stripe_webhook_secret="whsec_any",
        stripe_api_url=f"{lab.url}/stripe",
        smtp_url=lab.smtp_url,
    )


async def test_the_endpoints_have_exactly_the_events_that_the_market_handles(real: Settings, tmp_path: Path) -> None:
    assert await set_up(real, tmp_path, register=False) == 0
    endpoints: list[dict[str, Any]] = json.loads((tmp_path / "stripe-endpoints.json").read_text())
    assert sorted(event for each in endpoints for event in each["events"]) == sorted(EVENT_TYPES)
    assert [each["url"] for each in endpoints] == [f"{HOME}/stripe/webhook"] * 2 + [f"{HOME}/stripe/thin"]
    assert all(event.startswith("v2.") for event in endpoints[2]["events"])


async def test_the_manifest_names_this_market_and_its_way_of_receiving(real: Settings, tmp_path: Path) -> None:
    await set_up(real, tmp_path, register=False)
    manifest = yaml.safe_load((tmp_path / "slack-manifest.yaml").read_text())
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["oauth_config"]["redirect_urls"] == [f"{HOME}/slack/oauth"]
    assert "market.test" in manifest["features"]["unfurl_domains"]
    signed = real.model_copy(update={"slack_app_token": None, "slack_signing_secret": real.stripe_webhook_secret})
    await set_up(signed, tmp_path, register=False)
    manifest = yaml.safe_load((tmp_path / "slack-manifest.yaml").read_text())
    assert manifest["settings"]["socket_mode_enabled"] is False
    assert manifest["settings"]["event_subscriptions"]["request_url"] == f"{HOME}/slack/events"
    assert manifest["features"]["slash_commands"][0]["url"] == f"{HOME}/slack/events"


async def test_the_steps_at_botfather_follow_the_way_of_receiving(real: Settings, tmp_path: Path) -> None:
    await set_up(real, tmp_path, register=False)
    steps = (tmp_path / "telegram.md").read_text()
    assert "long polling" in steps
    assert set(re.findall(r"`(/\w+)`", steps)) >= {"/newbot", "/setinline", "/setjoingroups", "/setprivacy"}
    hooked = real.model_copy(update={"telegram_webhook_secret": real.stripe_webhook_secret})
    await set_up(hooked, tmp_path, register=False)
    assert f"{HOME}/telegram/webhook" in (tmp_path / "telegram.md").read_text()


async def test_the_doctor_misses_endpoints_until_they_are_registered(
    real: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await examine(real) == 1
    told = capsys.readouterr().out
    assert f"Stripe does not report to {HOME}/stripe/webhook: checkout.session.completed" in told
    assert f"{HOME}/stripe/thin" in told

    assert await set_up(real, tmp_path, register=True) == 0
    secrets = (tmp_path / SECRETS).read_text().splitlines()
    whole, thin = (line.partition("=") for line in secrets)
    assert (whole[0], len(whole[2].split(","))) == ("STRIPE_WEBHOOK_SECRET", 2)
    assert (thin[0], len(thin[2].split(","))) == ("STRIPE_THIN_WEBHOOK_SECRET", 1)
    assert (tmp_path / SECRETS).stat().st_mode & 0o077 == 0
    assert "whsec" not in capsys.readouterr().out

    assert await examine(real) == 0, capsys.readouterr().out
    assert await set_up(real, tmp_path, register=True) == 0
    assert capsys.readouterr().out.count("there already") == 3


async def test_the_doctor_sees_what_is_wrong_at_botfather_and_slack(
    real: Settings, lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await set_up(real, tmp_path, register=True)
    lab.telegram.bot.habits.inline = False
    lab.telegram.bot.habits.privacy = False
    lab.slack.work.scopes -= {"links:write"}
    assert await examine(real) == 1
    told = capsys.readouterr().out
    assert "inline mode is off (/setinline); privacy mode is off" in told
    assert "the app lacks links:write" in told


async def test_without_a_public_address_nothing_is_registered(
    real: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = real.model_copy(update={"public_url": None})
    assert await set_up(nowhere, tmp_path, register=True) == 1
    assert "PUBLIC_URL is not set" in capsys.readouterr().out
