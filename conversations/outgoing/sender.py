"""Replies on their way to an address, as one post after the commit.

What they go through is beside it: `label_punctuation`, `security_phrase`, `threads`; where in a chat they appear is
`placement`.
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
    """The first of what is said, in a sentence."""
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
    """Put replies on their way to an address, in order, after the commit; those about money with the reader's mark.

    `words`: the reader's, of replies that were not on their way before (label_punctuation.py). `thread`: where in that
    chat the input stood that they answer; `channel`: where else, before others; `pressed`: the message whose button
    they answer (placement.py).
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
    ctx.post(chat_address.lane, told, channel=chat_address.platform)
