"""The chat platforms of this installation, and how a further one is plugged in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from bots.slack.platform import SLACK
from bots.telegram.platform import TELEGRAM
from conversations.platforms import ChatPlatform
from conversations.update_handler import UpdateHandler
from core.kernel.dispatcher import Transport
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
