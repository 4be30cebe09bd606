"""Consultants: the commands with their limits, and the tables of profiles, busy times, shortlists and questions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field, HttpUrl, StringConstraints
from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.advice.availability.weekly_hours import DAY, Span
from core.kernel.database import Id, Instant, Minor, Table, Versioned, Words
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import Money

LENGTHS: Final = (15, 30, 45, 60, 90)  # minutes a session may be planned for
FIELDS_AT_MOST: Final = 3
SKILLS_AT_MOST: Final = 15
SHORTEST_SKILL: Final = 2  # letters
LONGEST_SKILL: Final = 40
LONGEST_FEED: Final = 1000  # letters; the length of a calendar's private address with its key
SHORTLIST_AT_MOST: Final = 5  # as many as can be asked at once
FREE_NOW_FOR: Final = timedelta(minutes=60)  # "free now" lasts an hour, or it could not be trusted
FREE_NOW_AT_MOST: Final = timedelta(hours=12)  # a time that a consultant names is meant for today
MISSES_BEFORE_PAUSE: Final = 2
LINES_AT_MOST: Final = 40  # a talk that long wants a session
UNANSWERED_AT_MOST: Final = 3  # messages of one side in a row
BEGUN_AT_MOST: Final = 5  # by one seeker within a day

Side = Literal["seeker", "consultant"]
Basis = Literal["session", "minute"]
Policy = Literal["flexible", "standard", "strict"]
Room = Literal["chat", "video", "own"]
PausedWhy = Literal["own", "holiday", "missed"]

Headline = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=120)]
Bio = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=1500)]
FieldId = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Skill = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=LONGEST_SKILL)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class Rate(FrozenModel):
    """The rate of a session: `minor` for the whole of one, or for each minute after the free ones."""

    basis: Basis
    minor: Annotated[int, Field(gt=0)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


class OfferExpertise(FrozenModel):
    """Become a consultant, or replace the profile. `hours` is a sentence; `lengths` are minutes."""

    headline: Headline
    bio: Bio
    fields: Annotated[tuple[FieldId, ...], Field(min_length=1, max_length=FIELDS_AT_MOST)]
    skills: Annotated[tuple[Skill, ...], Field(max_length=SKILLS_AT_MOST)] = ()
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=11)]
    rate: Rate
    lengths: Annotated[tuple[Literal[15, 30, 45, 60, 90], ...], Field(min_length=1)] = (30,)
    hours: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    policy: Policy = "standard"
    room: Room = "chat"
    own_link: HttpUrl | None = None


class ChangeExpertise(FrozenModel):
    """Change the given fields; the others stay."""

    headline: Headline | None = None
    bio: Bio | None = None
    fields: Annotated[tuple[FieldId, ...], Field(min_length=1, max_length=FIELDS_AT_MOST)] | None = None
    skills: Annotated[tuple[Skill, ...], Field(max_length=SKILLS_AT_MOST)] | None = None
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=11)] | None = None
    rate: Rate | None = None
    lengths: Annotated[tuple[Literal[15, 30, 45, 60, 90], ...], Field(min_length=1)] | None = None
    policy: Policy | None = None
    room: Room | None = None
    own_link: HttpUrl | None = None
    air_minutes: Annotated[int, Field(ge=0, le=120)] | None = None
    notice_minutes: Annotated[int, Field(ge=0, le=7 * DAY)] | None = None
    per_day: Annotated[int, Field(ge=1, le=20)] | None = None


class SpecialDay(FrozenModel):
    """One day that is not like its weekday; no spans: closed. One over midnight ends above 1440."""

    day: date
    spans: tuple[tuple[int, int], ...] = ()


class SayToExpert(FrozenModel):
    """One message, of a seeker to a consultant or back. `subject`: the consultant, or the question that is there."""

    subject: str
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class Expert(Versioned, Table):
    """One consultant. `week`: by weekday ("0" is Monday), spans in wall-clock minutes of `zone`."""

    __tablename__ = "expert"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), unique=True)
    organisation_id: Mapped[str] = mapped_column(Id, index=True)
    headline: Mapped[str] = mapped_column(String(120))
    bio: Mapped[str] = mapped_column(Words)
    fields: Mapped[list[str]] = mapped_column(JSON)
    skills: Mapped[list[str]] = mapped_column(JSON)
    languages: Mapped[list[str]] = mapped_column(JSON)
    basis: Mapped[Basis] = mapped_column(String(10))
    rate_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    lengths: Mapped[list[int]] = mapped_column(JSON)
    week: Mapped[dict[str, list[list[int]]]] = mapped_column(JSON)
    zone: Mapped[str] = mapped_column(String(40))
    air_minutes: Mapped[int] = mapped_column(Integer, default=10)
    notice_minutes: Mapped[int] = mapped_column(Integer, default=120)
    per_day: Mapped[int] = mapped_column(Integer, default=8)
    policy: Mapped[Policy] = mapped_column(String(10))
    room: Mapped[Room] = mapped_column(String(10))
    own_link: Mapped[str | None] = mapped_column(String(500))
    live: Mapped[bool] = mapped_column(Boolean, index=True)  # shown to seekers
    paused_why: Mapped[PausedWhy | None] = mapped_column(String(20))
    away_until: Mapped[datetime | None] = mapped_column(Instant)
    free_until: Mapped[datetime | None] = mapped_column(Instant)  # said "free now"
    missed: Mapped[int] = mapped_column(Integer, default=0)  # requests in a row that were not answered
    listed_at: Mapped[datetime] = mapped_column(Instant)
    feed_url: Mapped[str | None] = mapped_column(String(LONGEST_FEED))  # the address of their own calendar
    feed_read_at: Mapped[datetime | None] = mapped_column(Instant)  # when it was last read well
    feed_fault: Mapped[str | None] = mapped_column(String(20))  # why it could not be read; "feed.<why>" says it

    @property
    def rate(self) -> Rate:
        return Rate(basis=self.basis, minor=self.rate_minor, currency=self.currency)

    def is_free_at(self, now: datetime) -> bool:
        """Return whether the consultant takes a call at once."""
        return self.live and self.free_until is not None and self.free_until > now

    @property
    def hours(self) -> dict[int, tuple[Span, ...]]:
        """Return the hours by weekday; a span over midnight belongs to its first day."""
        return {int(day): tuple(Span(*span) for span in spans) for day, spans in self.week.items()}


class ExpertDay(Table):
    """An override of one day's hours."""

    __tablename__ = "expert_day"

    expert_id: Mapped[str] = mapped_column(ForeignKey("expert.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    spans: Mapped[list[list[int]]] = mapped_column(JSON)


class ExpertBusy(Table):
    """A busy time from the consultant's own calendar. A new reading replaces the old."""

    __tablename__ = "expert_busy"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    expert_id: Mapped[str] = mapped_column(ForeignKey("expert.id"))
    source: Mapped[str] = mapped_column(String(4))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_expert_busy_when", "expert_id", "ends_at"),)


class Shortlisted(Table):
    """A consultant on a seeker's shortlist."""

    __tablename__ = "shortlisted"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    expert_id: Mapped[str] = mapped_column(ForeignKey("expert.id"), primary_key=True)
    kept_at: Mapped[datetime] = mapped_column(Instant)


class Question(Versioned, Table):
    """The messages of a seeker and a consultant before a session."""

    __tablename__ = "expert_question"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    expert_id: Mapped[str] = mapped_column(ForeignKey("expert.id"))
    consultant: Mapped[str] = mapped_column(Id)  # person
    seeker: Mapped[str] = mapped_column(Id)  # person
    asked_at: Mapped[datetime] = mapped_column(Instant)
    line_count: Mapped[int] = mapped_column("said", Integer, default=0)  # it moves the version
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
