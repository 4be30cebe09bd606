"""Events about the records of a talk."""

from __future__ import annotations

from core.kernel.events import Event


class RecapFact(Event):
    """`by_person` acted, None when time or the system did."""

    booking_id: str
    by_person: str | None


class RecapDrafted(RecapFact):
    """The talk is over, and the consultant finds a draft of the recap."""


class RecapEdited(RecapFact):
    """The consultant has changed the draft."""


class RecapSent(RecapFact):
    """The seeker can read it."""


class RecordingAsked(RecapFact):
    """One side would like the talk to be kept word for word; the other is asked."""


class RecordingAgreed(RecapFact):
    """Both have agreed: the seeker can have the whole talk kept."""


class RecordingForSale(RecapFact):
    """The talk that both agreed to keep is over: the seeker can have it now."""


class RecordingKept(RecapFact):
    """It is bought, and kept for a year."""


class RecordingGone(RecapFact):
    """It is not kept, or no longer. `why`: the step that ended it."""

    why: str


class TalkForgotten(RecapFact):
    """All that was kept of a talk is deleted."""
