"""Where the answer to a press is shown: in the place of the card that stands there, or anew at the end of the chat.

Who presses looks at the message under their finger, and at the end of the chat. A card that is edited elsewhere, many
messages above, is an answer that nobody sees.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from conversations.reply import Card, CardList, FormView
from core.kernel.chat_state.model import ShownCard

PHOTO: Final = ":photo"  # behind the name of a message whose words are a photo's caption
ELSEWHERE: Final = "elsewhere"  # pressed where no message of this chat stands: on a Home tab, in another chat

Placed = Card | CardList | FormView  # what has one message of its own


def placed(reply: Placed, stands: ShownCard | None, pressed: str | None, *, looks_down: bool = False) -> Placed:
    """The reply, to be sent anew unless the message that shows the thing is seen by who pressed.

    `stands`: that message; `pressed`: the message whose button was pressed, None when the reply answers no press. A
    card that came in answer to the same button a moment ago is edited: a button that is pressed twice answers once.
    `looks_down`: a word to who pressed stands at the end of this chat, so they look there for what has come of it.
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
    """Both chats name their messages by numbers that grow. What is no message stands nowhere."""
    try:
        return Decimal(message) < Decimal(other)
    except InvalidOperation:
        return False
