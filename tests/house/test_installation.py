"""Installation by an operator: dangerous settings are refused in words, and the doctor examines every part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config.settings import Settings
from tools.doctor import examine


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"slack_bot_token": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({"stripe_secret_key": "sk_test_1"}, "STRIPE_WEBHOOK_SECRET"),
        ({"telegram_bot_token": "1:a", "telegram_webhook_secret": "s"}, "PUBLIC_URL"),
        ({"stripe_secret_key": "sk_live_1", "stripe_webhook_secret": "w"}, "live Stripe key beside pretend services"),
        ({"stripe_secret_key": "rk_live_1", "stripe_webhook_secret": "w"}, "live Stripe key beside pretend services"),
        ({"held_currencies": "EUR, Kronor"}, "KRONOR"),
        ({"slack_client_id": "1.2", "operators": "telegram:4711, slack:U0123"}, "OPERATORS names slack:U0123 without"),
        ({"host": "192.0.2.1", "smtp_url": "smtp://mail.test"}, "HOST=192.0.2.1 beside pretend services"),
        ({"lab_host": "192.0.2.1", "smtp_url": "smtp://mail.test"}, "LAB_HOST=192.0.2.1 beside pretend services"),
        ({"telegram_bot_token": "1:a"}, "a real bot token beside pretend money"),
        ({"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"}, "a real bot token beside pretend money"),
    ],
)
def test_half_an_installation_does_not_start_and_says_why(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"telegram_bot_token": "1:a", "stripe_secret_key": "sk_test_1", "stripe_webhook_secret": "w"},
        {"telegram_bot_token": "1:a", "telegram_api_url": "http://127.0.0.1:8081"},
        {"telegram_bot_token": "1:a", "pretend_money_with_real_people": "yes"},
        {"slack_client_id": "1.2", "operators": "telegram:4711, slack:T0123/U0123"},
    ],
)
def test_one_service_after_the_other_can_be_made_real(given: dict[str, str]) -> None:
    assert settings(**given).needs_lab


def test_with_nothing_set_the_lab_serves_everything() -> None:
    bare = settings()
    assert bare.needs_lab
    assert all((bare.telegram_in_lab, bare.slack_in_lab, bare.stripe_in_lab, bare.mail_in_lab))


async def test_the_doctor_finds_everything_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = await examine(settings(database_url=f"sqlite:///{tmp_path / 'market.sqlite'}"))

    told = capsys.readouterr().out
    assert status == 0, told
    for part in ("Catalogue", "Database", "Telegram", "Slack", "Stripe", "Mail"):
        assert f"  ok  {part}" in told
    assert "set TELEGRAM_BOT_TOKEN for the real one" in told
    assert "All is well." in told


async def test_the_doctor_names_what_does_not_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nobody = "http://127.0.0.1:9"
    status = await examine(
        settings(
            database_url=f"sqlite:///{tmp_path / 'market.sqlite'}",
            telegram_bot_token="7000000001:" + "x" * 35,
            telegram_api_url=nobody,
            smtp_url="smtp://127.0.0.1:9",
        )
    )

    told = capsys.readouterr().out
    assert status == 1
    assert "  !!  Telegram (from TELEGRAM_BOT_TOKEN)" in told
    assert "  !!  Mail (from SMTP_URL)" in told
    assert "  ok  Slack" in told
    assert "2 of 6 do not work." in told
