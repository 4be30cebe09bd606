"""Buttons pressed twice: the result of the first press is not described as another person's act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from conversations.chat_context import ChatContext
from core.kernel.chat_state.memory import Topic
from core.kernel.chat_state.model import LATELY


@dataclass(frozen=True, slots=True)
class DonePress:
    """A press that had an effect. `load`: the payload of its button."""

    at: datetime
    load: str

    @classmethod
    def read(cls, text: str) -> DonePress:
        at, _, load = text.partition(" ")
        return cls(datetime.fromisoformat(at), load)

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.load}"


DONE: Final = Topic("done", DonePress.read)


def note_done(chat: ChatContext, load: str) -> None:
    """Remember a press that had an effect. A question or a page to read is no effect."""
    if chat.ctx.effectual:
        chat.memory.put(DONE, DonePress(chat.ctx.now, load))


def done_just_now(chat: ChatContext, load: str) -> bool:
    """Return True if this person pressed the same button a moment ago and it had an effect."""
    done = chat.memory.get(DONE)
    return done is not None and done.load == load and done.at > chat.ctx.now - LATELY
