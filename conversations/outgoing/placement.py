"""Placement of the answer to a press: in the existing card, or as a new message at the chat's end.

The person looks at the pressed message and at the end of the chat. They would not see an edit many messages above.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from conversations.reply import Card, CardList, FormView
from core.kernel.chat_state.model import ShownCard

PHOTO: Final = ":photo"  # suffix of a message id if the text is a photo's caption
ELSEWHERE: Final = "elsewhere"  # pressed without a message in this chat: on a Home tab, or in another chat

Placed = Card | CardList | FormView  # replies with one message of their own


def placed(reply: Placed, stands: ShownCard | None, pressed: str | None, *, looks_down: bool = False) -> Placed:
    """Return the reply, as a new message unless the person sees the message that shows its subject.

    `stands`: that message. `pressed`: the message of the pressed button; None when the reply answers no press.
    `looks_down`: a message to the person ends this chat, so they look for the result there.

    A card that answered the same button a moment ago is edited. So a button that is pressed twice answers once.
    """
    if reply.as_new_message or stands is None or not pressed:
        return reply
    shown = stands.message.removesuffix(PHOTO)
    if looks_down and stands.covered and isinstance(reply, Card) and reply.note:
        return reply.model_copy(update={"as_new_message": True})
    if shown == pressed or (stands.lately and not _above(shown, pressed)):
        return reply
    return reply.model_copy(update={"as_new_message": True})


def _above(message: str, other: str) -> bool:
    """Return True if a message is above another.

    Both platforms number their messages in order; other ids have no position.
    """
    try:
        return Decimal(message) < Decimal(other)
    except InvalidOperation:
        return False
