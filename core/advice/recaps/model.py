"""The records of a talk and their retention: its lines, the recap, and the whole talk with both sides' consent.

The lines of a room are kept for thirty days, for the recap and in case of a complaint. The sent recap is kept for a
year. So is a talk that both agreed to keep and the seeker has bought. Either side may delete all of it before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints
from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, OneOf, Table
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import STARS, Money
from core.kernel.process import SYSTEM, TIME, InProcess, Process, Transition

LINES_KEPT: Final = timedelta(days=30)  # a complaint is settled in 23 days at the latest
RECAP_KEPT: Final = timedelta(days=365)
ANSWER_WITHIN: Final = timedelta(days=1)
PRICE_STARS: Final = Money(150, STARS.code)  # for keeping a whole talk for a year
PRICE_CARD: Final = Money(299, "EUR")

CONSULTANT = frozenset({"consultant"})
EITHER = frozenset({"seeker", "consultant"})
OTHER = frozenset({"other"})  # the side that was asked


class RecapState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    GONE = "gone"


RECAP: Final = Process(
    name="recap",
    initial=RecapState.DRAFT,
    final=frozenset({RecapState.GONE}),
    transitions=(
        Transition(RecapState.DRAFT, "edit", CONSULTANT, RecapState.DRAFT),
        Transition(RecapState.DRAFT, "send", CONSULTANT, RecapState.SENT),
        Transition(RecapState.DRAFT, "forget", EITHER, RecapState.GONE),
        Transition(RecapState.DRAFT, "not_sent", TIME, RecapState.GONE, LINES_KEPT),
        Transition(RecapState.SENT, "forget", EITHER, RecapState.GONE),
        Transition(RecapState.SENT, "retention_over", TIME, RecapState.GONE, RECAP_KEPT),
    ),
    binds=frozenset({"forget"}),
)


class RecordingState(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    GONE = "gone"
    KEPT = "kept"


# A talk word for word. It is kept only with the consent of both, which either may withdraw at any time.
RECORDING: Final = Process(
    name="recording",
    initial=RecordingState.ASKED,
    final=frozenset({RecordingState.GONE}),
    transitions=(
        Transition(RecordingState.ASKED, "agree", OTHER, RecordingState.AGREED),
        Transition(RecordingState.ASKED, "refuse", EITHER, RecordingState.GONE),
        Transition(RecordingState.ASKED, "not_answered", TIME, RecordingState.GONE, ANSWER_WITHIN),
        Transition(RecordingState.AGREED, "buy", SYSTEM, RecordingState.KEPT),
        Transition(RecordingState.AGREED, "forget", EITHER, RecordingState.GONE),
        Transition(RecordingState.AGREED, "not_bought", TIME, RecordingState.GONE, LINES_KEPT),
        Transition(RecordingState.KEPT, "forget", EITHER, RecordingState.GONE),
        Transition(RecordingState.KEPT, "given_back", SYSTEM, RecordingState.GONE),
        Transition(RecordingState.KEPT, "retention_over", TIME, RecordingState.GONE, RECAP_KEPT),
    ),
    binds=frozenset({"forget"}),
)

Lines = Annotated[tuple[Annotated[str, StringConstraints(min_length=1, max_length=200)], ...], Field(max_length=12)]


class EditRecap(FrozenModel):
    """The consultant's version of the draft, a line each; a step begins with the person who is to do it."""

    booking_id: str
    topics: Lines = ()
    decisions: Lines = ()
    steps: Lines = ()


class Recap(InProcess[RecapState], Table):
    """A talk in a few lines, in the process "recap". Its id is the booking's."""

    __tablename__ = "session_recap"

    state: Mapped[RecapState] = mapped_column(OneOf(RecapState), index=True)
    topics: Mapped[list[str]] = mapped_column(JSON)
    decisions: Mapped[list[str]] = mapped_column(JSON)
    steps: Mapped[list[str]] = mapped_column(JSON)


class Recording(InProcess[RecordingState], Table):
    """The wish to keep a talk word for word, in the process "recording". Its id is the booking's."""

    __tablename__ = "session_recording"

    state: Mapped[RecordingState] = mapped_column(OneOf(RecordingState), index=True)
    asked_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    gone_why: Mapped[str | None] = mapped_column(String(20))  # the step that ended it
    gone_by: Mapped[str | None] = mapped_column(Id)
