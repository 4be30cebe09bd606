"""Outbox messages to a chat, on any platform.

Names of kinds and fields are stored; a new field needs a default.
"""

from __future__ import annotations

from conversations.reply import Reply
from core.kernel.messages import ANY_CHANNEL, Message, stored_as


@stored_as(ANY_CHANNEL, "replies")
class Replies(Message):
    """Replies to an address, in order. The other fields are for their placement in the chat (sender.py)."""

    address: str
    replies: tuple[Reply, ...]
    workspace: str = ""
    trigger: str | None = None
    message: str | None = None
    thread: str | None = None
    channel: str | None = None
    pressed: str | None = None


@stored_as(ANY_CHANNEL, "menu")
class Menu(Message):
    """The commands in a chat's menu: each has a name and a description."""

    address: str
    commands: tuple[tuple[str, str], ...]
