"""Slack's capabilities, and its name in sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

from conversations.platforms import ChatPlatform
from core.people.accounts.model import PlatformCode

CLIENT: Final = "slack://open"  # docs.slack.dev/interactivity/deep-linking: the client, wherever it was left

# The same page: the app's own messages.
MESSAGES: Final = "slack://app?team={team}&id={app}&tab=messages"

SLACK: Final = ChatPlatform(
    code=PlatformCode("slack"),
    name="Slack",
    command_sign="/parley ",
    shows_windows=True,
    has_home=True,
    button_bytes=2000,  # docs.slack.dev/reference/block-kit/block-elements/button-element
    names=yaml.safe_load((Path(__file__).parent / "names.yaml").read_text("utf-8")),
)
