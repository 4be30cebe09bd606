"""A button that is pressed twice: what the first press has done is not told as if somebody else had done it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from conversations.chat_context import Talk
from core.kernel.chat_state.model import LATELY
from core.kernel.chat_state.service import recall, remember

DONE: Final = "done"  # under which is remembered which button a person's last effectual press was on, and when


def note_done(talk: Talk, load: str) -> None:
    """Remember what has just been pressed, if anything came of it: a question or a page to read is no deed."""
    if talk.ctx.effectual:
        remember(talk.ctx, talk.person.id, DONE, f"{talk.ctx.now.isoformat()} {load}")


def done_just_now(talk: Talk, load: str) -> bool:
    """Whether this person has pressed the same button a moment ago, and something came of it."""
    at, _, done = recall(talk.ctx, talk.person.id, DONE).partition(" ")
    return done == load and datetime.fromisoformat(at) > talk.ctx.now - LATELY
