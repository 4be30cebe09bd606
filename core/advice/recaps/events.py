"""Events about the records of a talk."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class RecapFact(Event):
    """`by_person` acted, None when time or the system did."""

    booking_id: str
    by_person: str | None


@dataclass(frozen=True, slots=True)
class RecapDrafted(RecapFact):
    """The talk is over, and the consultant finds a draft of the recap."""


@dataclass(frozen=True, slots=True)
class RecapEdited(RecapFact):
    """The consultant has changed the draft."""


@dataclass(frozen=True, slots=True)
class RecapSent(RecapFact):
    """The seeker can read it."""


@dataclass(frozen=True, slots=True)
class RecordingAsked(RecapFact):
    """One side would like the talk to be kept word for word; the other is asked."""


@dataclass(frozen=True, slots=True)
class RecordingAgreed(RecapFact):
    """Both have agreed: the seeker can have the whole talk kept."""


@dataclass(frozen=True, slots=True)
class RecordingForSale(RecapFact):
    """The talk that both agreed to keep is over: the seeker can have it now."""


@dataclass(frozen=True, slots=True)
class RecordingKept(RecapFact):
    """It is bought, and kept for a year."""


@dataclass(frozen=True, slots=True)
class RecordingGone(RecapFact):
    """It is not kept, or no longer. `why`: the step that ended it."""

    why: str


@dataclass(frozen=True, slots=True)
class TalkForgotten(RecapFact):
    """All that was kept of a talk is deleted."""
