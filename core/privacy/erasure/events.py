"""What happens when somebody leaves, as a fact for whoever listens."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class PersonForgotten(Event):
    """Nothing names them any more; what others still see of them is to say so."""

    person_id: str
