"""Events about questions to consultants."""

from __future__ import annotations

from core.kernel.events import Event


class QuestionSaid(Event):
    """One side has written. `first`: it is the first message."""

    question_id: str
    by_person: str
    first: bool
