"""Memory of a person between their messages: one value per topic, and one typed declaration per topic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core.kernel.chat_state.model import MemoryRow
from core.kernel.compiled_statements import pick, put, remove
from core.kernel.transaction import Ctx

Value = TypeVar("Value")

_declared: dict[str, Topic[Any]] = {}


@dataclass(frozen=True, slots=True)
class Topic(Generic[Value]):
    """Kind of a stored value. Its name is stored, and so is the text that `write` makes of a value.

    `read` has to understand what earlier releases have written. No value is written as an empty text.
    """

    name: str
    read: Callable[[str], Value]
    write: Callable[[Value], str] = str

    def __post_init__(self) -> None:
        assert self.name not in _declared, f"the topic {self.name} is declared twice"
        _declared[self.name] = self


def declared_topics() -> list[str]:
    return sorted(_declared)


def write_list(parts: tuple[str, ...]) -> str:
    return " ".join(parts)


def read_list(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@dataclass(frozen=True, slots=True)
class ChatMemory:
    """The stored values of one person."""

    ctx: Ctx
    person_id: str

    def get(self, topic: Topic[Value], *, about: str = "") -> Value | None:
        """Return the last stored value; None if there is none. `about`: the subject, for topics with several."""
        where = {"person_id": self.person_id, "topic": _stored(topic, about)}
        kept = pick(self.ctx.session, MemoryRow, ("text",), **where)
        return topic.read(str(kept["text"])) if kept is not None and kept["text"] else None

    def put(self, topic: Topic[Value], value: Value, *, about: str = "") -> None:
        where = {"person_id": self.person_id, "topic": _stored(topic, about)}
        put(self.ctx.session, MemoryRow, **where, text=topic.write(value))

    def forget(self, topic: Topic[Value]) -> None:
        remove(self.ctx.session, MemoryRow, person_id=self.person_id, topic=topic.name)


def _stored(topic: Topic[Value], about: str) -> str:
    return f"{topic.name}:{about}" if about else topic.name
