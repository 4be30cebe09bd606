"""Facts: what has happened, in the past tense, told to whoever listens within the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.kernel.transaction import Ctx


@dataclass(frozen=True, slots=True)
class Event:
    """A fact. Subclasses are frozen dataclasses of ids and plain values, named in the past tense."""


Reaction = Callable[["Ctx", Any], None]


class Reactions:
    """Who listens to which fact. Filled once, where the parts meet; a reaction runs in the announcer's transaction."""

    def __init__(self) -> None:
        self._by_kind: dict[type[Event], list[Reaction]] = defaultdict(list)
        self.closing: list[Callable[[Ctx], None]] = []  # run once, when no fact is left

    def on(self, kind: type[Event], reaction: Reaction) -> None:
        self._by_kind[kind].append(reaction)

    def to(self, event: Event) -> list[Reaction]:
        return self._by_kind.get(type(event), [])
