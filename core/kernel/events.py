"""Events: facts in the past tense, told to listeners within the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, dataclass_transform


@dataclass_transform(frozen_default=True)
class Event:
    """An event. Every subclass is a frozen dataclass of ids and plain values, named in the past tense."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)


class Listeners(Protocol):
    """The listeners as a unit of work sees them; each is called with the unit's context."""

    @property
    def closing(self) -> Sequence[Callable[[Any], None]]: ...

    def to(self, event: Event) -> Sequence[Callable[[Any, Any], None]]: ...
