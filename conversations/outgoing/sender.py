"""Replies on their way to an address, as one outbox message after the commit.

Their steps are in `label_punctuation`, `security_phrase` and `threads`; their position in a chat is in `placement`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import TypeAdapter

from conversations.chat_context import ChatAddress
from conversations.outgoing.label_punctuation import jointed
from conversations.outgoing.messages import Replies
from conversations.outgoing.security_phrase import marked
from conversations.outgoing.threads import roomed
from conversations.reply import Card, CardList, Home, Reply, Say, Toast
from conversations.wording import Words
from core.kernel.transaction import Ctx
from core.people.accounts.security_phrases import security_phrase_at

ANSWERS: Final[TypeAdapter[list[Reply]]] = TypeAdapter(list[Reply])


def summary(replies: Sequence[Reply]) -> str:
    """Return the first of the replies, in a sentence."""
    for reply in replies:
        match reply:
            case Say(text=text) | Toast(text=text):
                return text
            case Card(title=title) | CardList(title=title) | Home(title=title):
                return title
            case _:
                continue
    return ""


def send(
    ctx: Ctx,
    chat_address: ChatAddress,
    replies: Sequence[Reply],
    *,
    words: Words | None = None,
    trigger: str | None = None,
    message: str | None = None,
    thread: str | None = None,
    channel: str | None = None,
    pressed: str | None = None,
) -> None:
    """Put replies for an address into the outbox, in order, sent after the commit. Those about money get the security
    phrase.

    `words`: the reader's, for replies that were not sent before (label_punctuation.py). `thread`: the thread of the
    input they answer. `channel`: another place for them, in public. `pressed`: the message of the pressed button
    (placement.py).
    """
    replies = jointed(replies, words)
    replies = marked(
        roomed(ctx, replies),
        lambda: security_phrase_at(ctx, chat_address.platform, chat_address.workspace, chat_address.address),
    )
    told = Replies(
        workspace=chat_address.workspace,
        address=chat_address.address,
        replies=tuple(replies),
        trigger=trigger,
        message=message,
        thread=thread,
        channel=channel,
        pressed=pressed,
    )
    ctx.post(chat_address.ordering_key, told, channel=chat_address.platform)
