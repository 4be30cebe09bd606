"""The outside world: the lab serves every service that the settings leave open, and the product uses it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from config.services import Source
from config.settings import LOOPBACKS, Settings
from core.kernel.clock import Clock
from core.kernel.money import CURRENCIES

if TYPE_CHECKING:
    from lab.app import Lab


class UnreadableState(Exception):
    """The lab cannot read the state that it kept beside the database."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


# Telegram ids of the pretend market's two operators: one rules, the other hears appeals.
OPERATORS: Final[Mapping[int, str]] = {7_000_001: "Olga, operator", 7_000_002: "Omar, operator"}

PRETEND_NUMBER: Final = "LT999999917"  # a VAT number; it fits the rules of Lithuanian numbers
PRETEND_ADDRESS: Final = "Bandymų g. 1, 00001 Vilnius"  # an address for invoices, which need one: a street of trials


async def open_lab(settings: Settings, *, port: int | None = None, state_file: Path | None = None) -> Lab | None:
    """Start the lab if it serves anything. None: it serves nothing here.

    `state_file`: where it keeps its state, and goes on from. Raises UnreadableState.
    """
    if not settings.needs_lab:
        return None
    from lab.app import Lab  # noqa: PLC0415 - a real installation never loads it
    from lab.storage import Unreadable  # noqa: PLC0415 - as above

    lab = Lab(begins=settings.lab_begins, state_file=state_file)
    try:
        await lab.start(settings.lab_port if port is None else port, host=settings.lab_host)
    except Unreadable as fault:
        raise UnreadableState(str(fault)) from fault
    return lab


def pointed_at(settings: Settings, lab: Lab | None) -> Settings:
    """Return the settings with the lab in every place that it serves."""
    if lab is None:
        return settings
    services = settings.services
    put: dict[str, Any] = {"operator_token": settings.operator_token or SecretStr(secrets.token_urlsafe(24))}
    if services.is_pretend:
        put |= _pretend_market(settings)
    if not services.chats_are_real:
        put |= _pretend_chats(settings, lab)
    if services.money is Source.LAB:
        put |= {
            "stripe_secret_key": SecretStr(lab.stripe.secret_key),
            "stripe_webhook_secret": SecretStr(lab.stripe.webhook_secret),
            "stripe_thin_webhook_secret": SecretStr(lab.stripe.webhook_secret),
            "stripe_stablecoins": True,
            "held_currencies": settings.held_currencies or ", ".join(CURRENCIES),
            "stripe_api_url": f"{lab.url}/stripe",
        }
    if services.mail is Source.LAB:
        put["smtp_url"] = SecretStr(lab.smtp_url)
    return settings.model_copy(update=put)


def _pretend_market(settings: Settings) -> dict[str, Any]:
    """Return the operators, the address and the VAT number of a market in which nothing is real."""
    return {
        "market_address": settings.market_address or PRETEND_ADDRESS,
        "market_vat_number": settings.market_vat_number or PRETEND_NUMBER,
        "operators": settings.operators or ",".join(f"telegram:{each}" for each in OPERATORS),
    }


def _pretend_chats(settings: Settings, lab: Lab) -> dict[str, Any]:
    """Return the lab's Telegram and Slack, and what only the lab's people reach: its rooms and its calendars."""
    put: dict[str, Any] = {
        # people of other computers must not have us fetch what only we can reach
        "calendars_nearby": settings.calendars_nearby or settings.lab_host in LOOPBACKS,
        "telegram_bot_token": SecretStr(lab.telegram.token),
        "telegram_api_url": f"{lab.url}/telegram",
        "telegram_bot_name": lab.telegram.bot.username,
        "slack_bot_token": SecretStr(lab.slack.bot_token),
        "slack_app_token": SecretStr(lab.slack.app_token),
        "slack_signing_secret": SecretStr(lab.slack.signing_secret),
        "slack_client_id": lab.slack.client_id,
        "slack_client_secret": SecretStr(lab.slack.client_secret),
        "slack_api_url": f"{lab.url}/slack/api/",
    }
    if settings.video_url is None:
        put |= {
            "video_url": f"{lab.url}/rooms",
            "video_secret": SecretStr(lab.rooms.secret),
            "link_secret": settings.link_secret or SecretStr(secrets.token_urlsafe(32)),
        }
    return put


def clock_of(lab: Lab | None) -> Clock:
    """Return the clock of the surrounding world: time passes alike for the product and for the lab."""
    return lab.world.clock if lab is not None else SystemClock()
