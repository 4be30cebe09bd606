"""The chat platforms of this installation, and how a further one is plugged in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from bots.slack.platform import SLACK
from bots.telegram.platform import TELEGRAM
from config.services import Source
from config.settings import Settings
from conversations.chat_context import ChatAddress
from conversations.notifications.fallback_chat import give_up
from conversations.outgoing_replies import Replies
from conversations.platforms import ChatPlatform
from conversations.update_handler import UpdateHandler
from core.kernel.dispatcher import Later, Never, Transport
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import Transactions

PLATFORMS: Final = (TELEGRAM, SLACK)


class Bot(Protocol):
    """The receiving side of a platform, which passes turns to the update handler."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ChatEdge:
    """A chat platform's parts: its receiving side, and its transports by channel."""

    platform: ChatPlatform
    open: Callable[[UpdateHandler, Transactions], tuple[Bot, Mapping[str, Transport]]]


def platforms_of(settings: Settings) -> Sequence[ChatPlatform]:
    """Return the chat platforms that this installation serves."""
    sources = {TELEGRAM: settings.services.telegram, SLACK: settings.services.slack}
    return [each for each in PLATFORMS if sources[each] is not Source.NONE]


@dataclass(frozen=True, slots=True)
class Absent:
    """The transport of a service that this installation does not have. Its messages wait for the operator."""

    name: str

    async def carry(self, outbox_message: OutboxMessage) -> Later | Never:
        return Later(f"{self.name} is not configured here")


@dataclass(frozen=True, slots=True)
class AbsentChat:
    """The transport of a chat platform that was taken away. Its people are told in another chat of theirs."""

    name: str

    async def carry(self, outbox_message: OutboxMessage) -> Never:
        told = outbox_message.message
        if not isinstance(told, Replies):
            return Never(f"{self.name} is not configured here")
        there = ChatAddress(outbox_message.channel, told.workspace, told.address)
        return Never(f"{self.name} is not configured here", partial(give_up, dead=there, unsaid=told.replies))
