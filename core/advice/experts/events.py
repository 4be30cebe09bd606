"""Events about consultants' profiles."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ExpertFact(Event):
    """`by_person` acted, None when time or the system did."""

    expert_id: str
    by_person: str | None


@dataclass(frozen=True, slots=True)
class ExpertListed(ExpertFact):
    """Seekers find them from now on, for the first time or again."""


@dataclass(frozen=True, slots=True)
class ExpertChanged(ExpertFact):
    """A change that seekers see: words, rate, hours, or whether the consultant is free now."""


@dataclass(frozen=True, slots=True)
class ExpertPaused(ExpertFact):
    """Seekers no longer find them. `why`: "own" (their wish), "holiday", "missed" (two requests unanswered)."""

    why: str


@dataclass(frozen=True, slots=True)
class RequestMissed(ExpertFact):
    """A request ran out unanswered; the next one in a row would pause them."""


@dataclass(frozen=True, slots=True)
class CalendarRead(ExpertFact):
    """Their own calendar, a "feed" or a "file", was read for the first time, or again after a fault."""

    source: str
    count: int


@dataclass(frozen=True, slots=True)
class CalendarUnreadable(ExpertFact):
    """Their own calendar could not be read. `why`: see `calendars.Fault`."""

    source: str
    why: str
