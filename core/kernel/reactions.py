"""Registry of the reactions to each event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from core.kernel.events import Event
from core.kernel.transaction import Ctx

Reaction = Callable[[Ctx, Any], None]


class Reactions:
    """Reactions by event. Filled once, where the parts meet; a reaction runs in the announcer's transaction."""

    def __init__(self) -> None:
        self._by_kind: dict[type[Event], list[Reaction]] = defaultdict(list)
        self.closing: list[Callable[[Ctx], None]] = []  # run once, when no event is left

    def on(self, kind: type[Event], reaction: Reaction) -> None:
        self._by_kind[kind].append(reaction)

    def to(self, event: Event) -> list[Reaction]:
        return self._by_kind.get(type(event), [])
