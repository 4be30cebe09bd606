"""Events of a person's departure."""

from __future__ import annotations

from core.kernel.events import Event


class PersonForgotten(Event):
    """The person's name is erased everywhere. What others still see of them is to say so."""

    person_id: str
