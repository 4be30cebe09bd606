"""A button that is pressed twice: what the first press has done is not told as if somebody else had done it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from conversations.chat_context import ChatContext
from core.kernel.chat_state.model import LATELY
from core.kernel.chat_state.service import recall, remember

DONE: Final = "done"  # under which is remembered which button a person's last effectual press was on, and when


def note_done(chat: ChatContext, load: str) -> None:
    """Remember what has just been pressed, if anything came of it: a question or a page to read is no deed."""
    if chat.ctx.effectual:
        remember(chat.ctx, chat.person.id, DONE, f"{chat.ctx.now.isoformat()} {load}")


def done_just_now(chat: ChatContext, load: str) -> bool:
    """Whether this person has pressed the same button a moment ago, and something came of it."""
    at, _, done = recall(chat.ctx, chat.person.id, DONE).partition(" ")
    return done == load and datetime.fromisoformat(at) > chat.ctx.now - LATELY
