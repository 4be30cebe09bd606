"""Events: facts in the past tense, told to listeners within the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, dataclass_transform


@dataclass(frozen=True, slots=True)
class Event:
    """An event. Subclasses are frozen dataclasses of ids and plain values, named in the past tense."""


@dataclass_transform(frozen_default=True)
class Fact(Event):
    """An event whose subclasses are made frozen dataclasses here, so that they need no decorator of their own."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        dataclass(frozen=True)(cls)


class Listeners(Protocol):
    """The listeners as a unit of work sees them; each is called with the unit's context."""

    @property
    def closing(self) -> Sequence[Callable[[Any], None]]: ...

    def to(self, event: Event) -> Sequence[Callable[[Any, Any], None]]: ...
