"""What is kept of a talk and for how long: its lines, the recap, and every word of it where both have said yes.

What is said in a room is kept for thirty days: for the recap, and in case of a complaint. The recap that was sent, and
a talk that both agreed to keep and the seeker has bought, are kept for a year; either side may delete all of it before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Table
from core.kernel.money import STARS, Money
from core.kernel.process import SYSTEM, TIME, InProcess, Process, Transition

LINES_KEPT: Final = timedelta(days=30)  # a complaint is settled in 23 days at the latest
RECAP_KEPT: Final = timedelta(days=365)
ANSWER_WITHIN: Final = timedelta(days=1)
PRICE_STARS: Final = Money(150, STARS.code)  # of keeping a whole talk for a year
PRICE_CARD: Final = Money(299, "EUR")

CONSULTANT = frozenset({"consultant"})
EITHER = frozenset({"seeker", "consultant"})
OTHER = frozenset({"other"})  # the side that was asked

RECAP: Final = Process(
    name="recap",
    initial="draft",
    final=frozenset({"gone"}),
    transitions=(
        Transition("draft", "edit", CONSULTANT, "draft"),
        Transition("draft", "send", CONSULTANT, "sent"),
        Transition("draft", "forget", EITHER, "gone"),
        Transition("draft", "not_sent", TIME, "gone", LINES_KEPT),
        Transition("sent", "forget", EITHER, "gone"),
        Transition("sent", "retention_over", TIME, "gone", RECAP_KEPT),
    ),
)

# A talk word for word: nothing of it without the consent of both, which either may take back at any time.
RECORDING: Final = Process(
    name="recording",
    initial="asked",
    final=frozenset({"gone"}),
    transitions=(
        Transition("asked", "agree", OTHER, "agreed"),
        Transition("asked", "refuse", EITHER, "gone"),
        Transition("asked", "not_answered", TIME, "gone", ANSWER_WITHIN),
        Transition("agreed", "buy", SYSTEM, "kept"),
        Transition("agreed", "forget", EITHER, "gone"),
        Transition("agreed", "not_bought", TIME, "gone", LINES_KEPT),
        Transition("kept", "forget", EITHER, "gone"),
        Transition("kept", "given_back", SYSTEM, "gone"),
        Transition("kept", "retention_over", TIME, "gone", RECAP_KEPT),
    ),
)

Lines = Annotated[tuple[Annotated[str, StringConstraints(min_length=1, max_length=200)], ...], Field(max_length=12)]


class EditRecap(BaseModel):
    """What the consultant makes of the draft: a line each, the name of who is to do it before a step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    booking_id: str
    topics: Lines = ()
    decisions: Lines = ()
    steps: Lines = ()


class Recap(InProcess, Table):
    """A talk in a few lines, in the process "recap". Its id is the booking's."""

    __tablename__ = "session_recap"

    topics: Mapped[list[str]] = mapped_column(JSON)
    decisions: Mapped[list[str]] = mapped_column(JSON)
    steps: Mapped[list[str]] = mapped_column(JSON)


class Recording(InProcess, Table):
    """The wish to keep a talk word for word, in the process "recording". Its id is the booking's."""

    __tablename__ = "session_recording"

    asked_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    gone_why: Mapped[str | None] = mapped_column(String(20))  # the step that ended it
    gone_by: Mapped[str | None] = mapped_column(Id)
