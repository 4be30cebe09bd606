"""Events about consultants' profiles, and the questions to them."""

from __future__ import annotations

from core.kernel.events import Event


class ExpertFact(Event):
    """`by_person` acted, None when time or the system did."""

    expert_id: str
    by_person: str | None


class ExpertListed(ExpertFact):
    """Seekers find them from now on, for the first time or again."""


class ExpertChanged(ExpertFact):
    """A change that seekers see: words, rate, hours, or whether the consultant is free now."""


class ExpertPaused(ExpertFact):
    """Seekers no longer find them. `why`: "own" (their wish), "holiday", "missed" (two requests unanswered)."""

    why: str


class RequestMissed(ExpertFact):
    """A request ran out unanswered; the next one in a row would pause them."""


class CalendarRead(ExpertFact):
    """Their own calendar, a "feed" or a "file", was read for the first time, or again after a fault."""

    source: str
    count: int


class CalendarUnreadable(ExpertFact):
    """Their own calendar could not be read. `why`: see `calendars.Fault`."""

    source: str
    why: str


class QuestionLineSent(Event):
    """One side has written. `first`: it is the first message."""

    question_id: str
    by_person: str
    first: bool
