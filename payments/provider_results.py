"""The three results that a provider can return: done, refused or unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Done(Generic[Value]):
    """It has happened, or was read."""

    value: Value


@dataclass(frozen=True, slots=True)
class Refused:
    """The request had no effect and will have none under this key. `final`: nor under another, until a person has
    checked it.
    """

    why: str
    final: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have happened. Only the same key again, or a look, can tell. `seconds`: the wait they asked for.

    `saved`: this is a failure from before, which the provider keeps under the key: asked again it says the same.
    """

    why: str
    seconds: float | None = None
    saved: bool = False


Answer: TypeAlias = Done[Value] | Refused | Unknown
