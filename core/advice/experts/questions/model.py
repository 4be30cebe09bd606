"""Questions to a consultant: the command with its limits, and the tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import StringConstraints
from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.database import Id, Instant, Table, Versioned, Words
from core.kernel.frozen_model import FrozenModel

Side = Literal["seeker", "consultant"]

LINES_AT_MOST: Final = 40  # a talk that long wants a session
UNANSWERED_AT_MOST: Final = 3  # messages of one side in a row
BEGUN_AT_MOST: Final = 5  # by one seeker within a day
A_DAY: Final = timedelta(days=1)


class SayToExpert(FrozenModel):
    """One message, of a seeker to a consultant or back. `subject`: the consultant, or the question that is there."""

    subject: str
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class Question(Versioned, Table):
    """The messages of a seeker and a consultant before a session."""

    __tablename__ = "expert_question"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    expert_id: Mapped[str] = mapped_column(ForeignKey("expert.id"))
    consultant: Mapped[str] = mapped_column(Id)  # person
    seeker: Mapped[str] = mapped_column(Id)  # person
    asked_at: Mapped[datetime] = mapped_column(Instant)
    said: Mapped[int] = mapped_column(Integer, default=0)  # messages; with it the version of the whole moves
    lines: Mapped[list[QuestionLine]] = relationship(order_by="QuestionLine.number", lazy="selectin")

    __table_args__ = (Index("ix_expert_question_pair", "seeker", "expert_id"),)


class QuestionLine(Table):
    """One message, as it was written. Contacts in it are hidden until a session is agreed."""

    __tablename__ = "expert_question_line"

    question_id: Mapped[str] = mapped_column(ForeignKey("expert_question.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)  # from 1
    side: Mapped[Side] = mapped_column(String(10))
    person: Mapped[str] = mapped_column(Id, index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = mapped_column(Words)
