"""What happens to questions, as facts for whoever listens."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class QuestionSaid(Event):
    """One side has written. `first`: nobody had before."""

    question_id: str
    by_person: str
    first: bool
