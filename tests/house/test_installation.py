"""Installation by an operator: dangerous settings are refused in words, and the doctor examines every part."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from pydantic import ValidationError

from config.external_services import clock_of, open_lab, pointed_at
from config.installation import Installation
from config.migrations import downgrade, upgrade
from config.platforms import Absent, AbsentChat, platforms_of
from config.services import Source, choose_services
from config.settings import Settings
from conversations.chat_context import ChatAddress
from conversations.notifications.fallback_chat import give_up
from conversations.outgoing_replies import Menu, Replies
from conversations.reply import Say
from core.kernel.dispatcher import Later
from core.kernel.messages import Message
from core.kernel.outbox import OutboxMessage
from tools.doctor import examine
from tools.ledger_verification import verify_books

SLACK_BY_LINK = {"slack_client_id": "1.2", "slack_client_secret": "c", "slack_signing_secret": "s"}
SETTING = {
    "telegram": {"telegram_bot_token": "1:a"},
    "slack": SLACK_BY_LINK,
    "money": {"stripe_secret_key": "sk_test_1", "stripe_webhook_secret": "w"},
    "mail": {"smtp_url": "smtp://127.0.0.1:25"},
}


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
        ({**SLACK_BY_LINK, "operators": "telegram:4711, slack:U0123"}, "OPERATORS names slack:U0123 without"),
        ({"host": "192.0.2.1", "smtp_url": "smtp://mail.test"}, "HOST=192.0.2.1 beside pretend services"),
        ({"lab_host": "192.0.2.1", "smtp_url": "smtp://mail.test"}, "LAB_HOST=192.0.2.1 beside pretend services"),
        ({"slack_client_id": "1.2", "slack_signing_secret": "s"}, "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"),
        ({"slack_client_id": "1.2", "slack_client_secret": "c"}, "SLACK_APP_TOKEN"),
        ({"telegram_bot_token": "1:a", "settlement": "held"}, "SETTLEMENT=held needs STRIPE_SECRET_KEY"),
        ({"telegram_bot_token": "1:a", "operator_email": "o@market.example"}, "OPERATOR_EMAIL needs SMTP_URL"),
    ],
)
def test_half_an_installation_does_not_start_and_says_why(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(**given)


SERVICES = ("telegram", "slack", "money", "mail")
COMBINATIONS = [
    dict(zip(SERVICES, configured, strict=True)) for configured in itertools.product((False, True), repeat=4)
]


@pytest.mark.parametrize("pretend_money", [False, True], ids=["", "people know"])
@pytest.mark.parametrize("holds_money", [True, False], ids=["", "direct"])
@pytest.mark.parametrize("given", COMBINATIONS, ids=lambda each: "-".join(filter(each.get, each)) or "nothing")
def test_nothing_is_pretend_among_real_people(given: dict[str, bool], holds_money: bool, pretend_money: bool) -> None:
    services = choose_services(**given, holds_money=holds_money, pretend_money=pretend_money)
    real_people = given["telegram"] or given["slack"]

    assert services.chats_are_real == real_people
    assert services.is_pretend == (not real_people and not given["money"])
    for name in SERVICES:
        source = getattr(services, name)
        assert (source is Source.REAL) == given[name]
        lent = real_people and not (name == "money" and pretend_money)
        assert source is not Source.LAB or not lent, f"the lab's {name} among real people"
    if not given["money"] and (not holds_money or (real_people and not pretend_money)):
        assert services.money is Source.NONE
    if not real_people:
        assert Source.NONE not in (services.telegram, services.slack, services.mail)


@pytest.mark.parametrize("given", COMBINATIONS, ids=lambda each: "-".join(filter(each.get, each)) or "nothing")
async def test_operators_address_vat_number_and_goods_follow_the_same_rule(given: dict[str, bool]) -> None:
    """Check what is put into the settings, for each combination of missing services."""
    environment = {name: value for service in filter(given.get, SERVICES) for name, value in SETTING[service].items()}
    chosen = settings(**environment, lab_port=0)
    lab = await open_lab(chosen)
    try:
        whole = pointed_at(chosen, lab)
    finally:
        if lab is not None:
            await lab.stop()
    pretend = (whole.operators, whole.market_address, whole.market_vat_number)
    assert all(pretend) if chosen.services.is_pretend else not any(pretend)
    assert whole.calendars_nearby == (not chosen.services.chats_are_real)
    assert (whole.telegram_bot_token is None) == (chosen.services.telegram is Source.NONE)
    assert whole.has_slack == (chosen.services.slack is not Source.NONE)
    assert (whole.smtp_url is None) == (chosen.services.mail is Source.NONE)
    assert whole.settled == ("choice" if whole.stripe_secret_key is not None else "direct")
    assert {each.code for each in platforms_of(chosen)} == {
        name for name in ("telegram", "slack") if getattr(chosen.services, name) is not Source.NONE
    }

    filled: list[Installation] = []

    async def fill(here: Installation) -> int:
        filled.append(here)
        return 1

    here = Installation(chosen, whole, Mock(), lab, clock_of(None), fill)
    assert await here.seed() == len(filled) == int(chosen.services.is_pretend)


async def test_the_doctor_finds_everything_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address = f"sqlite:///{tmp_path / 'market.sqlite'}"
    assert await examine(settings(database_url=address)) == 0
    assert "not there yet" in capsys.readouterr().out
    assert not (tmp_path / "market.sqlite").exists()  # the doctor makes nothing

    await upgrade(address)
    status = await examine(settings(database_url=address))

    told = capsys.readouterr().out
    assert status == 0, told
    for part in ("Catalogue", "Database", "Telegram", "Slack", "Stripe", "Mail"):
        assert f"  ok  {part}" in told
    assert "checks of the books hold" in told
    assert "set TELEGRAM_BOT_TOKEN for the real one" in told
    assert "All is well." in told


async def test_the_doctor_names_what_does_not_answer_and_what_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
    assert "  ok  Slack (SLACK_BOT_TOKEN is not set): no chat there" in told
    assert "  ok  Stripe (STRIPE_SECRET_KEY is not set): deals are settled directly" in told
    assert "2 of 6 do not work." in told


async def test_messages_to_a_service_that_was_taken_away_are_not_lost() -> None:
    """A chat's messages go to the person's other chat. Others wait, and then lie with the operator."""

    def posted(channel: str, message: Message) -> OutboxMessage:
        return Mock(spec=OutboxMessage, channel=channel, message=message)

    chat, told = AbsentChat("Slack"), Replies(address="D1", workspace="T1", replies=(Say(text="labas"),))
    moved = await chat.carry(posted("slack", told))
    assert moved.why == "Slack is not configured here"
    assert isinstance(moved.then, partial)
    assert moved.then.func is give_up
    assert moved.then.keywords["dead"] == ChatAddress("slack", "T1", "D1")
    assert (await chat.carry(posted("slack", Menu(address="D1", commands=())))).then is None
    assert isinstance(await Absent("Telegram").carry(posted("stars", told)), Later)


async def test_a_database_of_another_release_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"sqlite:///{tmp_path / 'market.sqlite'}"
    await upgrade(address)
    await downgrade(address, "0001")
    before = (tmp_path / "market.sqlite").read_bytes()
    assert await examine(settings(database_url=address)) == 0
    assert "of an earlier release" in capsys.readouterr().out
    assert await verify_books(settings(database_url=address)) == 1
    assert "of an earlier release" in capsys.readouterr().out
    assert (tmp_path / "market.sqlite").read_bytes() == before
