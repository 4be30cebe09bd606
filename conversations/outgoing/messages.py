"""Replies on their way to an address, as one post after the commit; and what such a post says.

What they go through is beside it: `label_punctuation`, `security_phrase`, `threads`; where in a chat they appear is
`placement`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from conversations.chat_context import ChatAddress
from conversations.outgoing.label_punctuation import jointed
from conversations.outgoing.security_phrase import marked
from conversations.outgoing.threads import roomed
from conversations.reply import Card, CardList, Home, Reply, Say, Toast
from conversations.wording import Words
from core.kernel.outbox import Post
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
    body: dict[str, Any] = {
        "workspace": chat_address.workspace,
        "address": chat_address.address,
        "replies": ANSWERS.dump_python(replies, mode="json", exclude_defaults=False),
        "trigger": trigger,
        "message": message,
        "thread": thread,
        "channel": channel,
        "pressed": pressed,
    }
    ctx.post(chat_address.platform, chat_address.lane, "replies", body, made_of=tuple(replies))


def replies_of(post: Post) -> list[Reply]:
    """What a post says: as it was made, or read from the table."""
    return ANSWERS.validate_python(post.body["replies"]) if post.made_of is None else list(post.made_of)
