"""Outbox messages: one frozen dataclass per kind, shared by the code that posts it and its transport."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, dataclass_transform

from pydantic import TypeAdapter

ANY_CHANNEL: Final = ""  # for a message that goes to whichever chat platform its reader is on


@dataclass(frozen=True, slots=True)
class Message:
    """The base of all messages. The fields of a subclass are the keys of the stored JSON."""


@dataclass(frozen=True, slots=True)
class Unreadable(Message):
    """A stored row that no message fits: it is tried again, and in the end becomes a dead letter."""

    kind: str
    body: Mapping[str, Any]
    why: str


MessageType = TypeVar("MessageType", bound=Message)

_by_kind: dict[tuple[str, str], type[Message]] = {}
_kinds: dict[type[Message], tuple[str, str]] = {}
_adapters: dict[type[Message], TypeAdapter[Any]] = {}  # made when a class is first read or written


@dataclass_transform(frozen_default=True, kw_only_default=True)
def stored_as(channel: str, kind: str) -> Callable[[type[MessageType]], type[MessageType]]:
    """Make a message class a frozen dataclass, and register it under the channel and kind of its rows."""

    def register(declared: type[MessageType]) -> type[MessageType]:
        assert (channel, kind) not in _by_kind, f"{channel} {kind} is declared twice"
        class_ = dataclass(frozen=True, slots=True, kw_only=True)(declared)
        _by_kind[channel, kind] = class_
        _kinds[class_] = channel, kind
        return class_

    return register


def declared_messages() -> Mapping[tuple[str, str], type[Message]]:
    """Return every message class, by channel and kind."""
    return _by_kind


def name_of(class_: type[Message]) -> str:
    """Return the kind that rows of this class are stored with."""
    return _kinds[class_][1]


def channel_of(message: Message) -> str:
    return _kinds[type(message)][0]


def kind_of(message: Message) -> str:
    return message.kind if isinstance(message, Unreadable) else name_of(type(message))


def to_json(message: Message) -> dict[str, Any]:
    """Return the body of the message's row."""
    if isinstance(message, Unreadable):
        return dict(message.body)
    body: dict[str, Any] = _adapter(type(message)).dump_python(message, mode="json")
    return body


def from_json(channel: str, kind: str, body: Mapping[str, Any]) -> Message:
    """Return the message of a stored body. Keys without a field are skipped; fields that came later have defaults.

    Raises LookupError for an unknown kind, and what the values raise that do not fit.
    """
    class_ = _by_kind.get((channel, kind)) or _by_kind.get((ANY_CHANNEL, kind))
    if class_ is None:
        raise LookupError(f"no message of kind {kind} on channel {channel}")
    read: Message = _adapter(class_).validate_python(body)
    return read


def read_row(channel: str, kind: str, body: Mapping[str, Any]) -> Message:
    """Return the message of a row, or that it is unreadable: one row must not stop the sweep."""
    try:
        return from_json(channel, kind, body)
    except Exception as fault:
        return Unreadable(kind, body, f"unreadable: {type(fault).__name__}: {fault}")


def _adapter(class_: type[Message]) -> TypeAdapter[Any]:
    if class_ not in _adapters:
        _adapters[class_] = TypeAdapter(class_)
    return _adapters[class_]
