"""Telegram's capabilities, and its name in sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

from conversations.platforms import ChatPlatform
from core.people.accounts.model import PlatformCode

START_LINK: Final = "https://t.me/{bot}?start={start}"  # core.telegram.org/api/links#bot-links

TELEGRAM: Final = ChatPlatform(
    code=PlatformCode("telegram"),
    name="Telegram",
    has_menus=True,
    sells_in_stars=True,
    names=yaml.safe_load((Path(__file__).parent / "names.yaml").read_text("utf-8")),
)


def start_link(bot: str) -> str:
    """Return the address that opens the chat at `{start}`; empty while the bot has no name."""
    return START_LINK.replace("{bot}", bot) if bot else ""
