"""Saved searches and alerts: the command with its limits, the tables, and how often a person may be told."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from pydantic import Field
from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, OneOf, Table, Versioned, Words
from core.kernel.frozen_model import FrozenModel

SEARCHES_AT_MOST: Final = 50  # saved searches of one person
QUESTION_AT_MOST: Final = 200  # characters of a question that are kept: a title, and not a letter
TOLD_AT_ONCE: Final = 5  # listings in one message; the rest is a number and a button
MESSAGES_A_DAY: Final = 6  # to one person from one morning to the next; further finds wait for it
LEAST_GAP: Final = timedelta(minutes=10)  # between two messages to one person, however many listings appear
AT_ONCE: Final = 200  # confirmed in one unit of work: the next ones wait for the next
REQUEST_REACH_KM: Final = 500  # from a seller's goods to the place of the request: a truck's drive in a day
MORNING: Final = time(8)  # when a digest arrives, in the person's own time zone
DIGEST_WEEKDAY: Final = 0  # Monday
QUIET_FROM: Final = time(21)
QUIET_UNTIL: Final = time(7)


class Rhythm(StrEnum):
    """The delay after which a person wants to hear of a new listing."""

    INSTANT = "instant"
    DAILY = "daily"
    WEEKLY = "weekly"


class SaveSearch(FrozenModel):
    """Save a search, and tell of every listing that it would find.

    `query`: the filters as `Query.to_json` writes it. `question`: the person's own words, if there are any.
    """

    query: str = Field(min_length=2, max_length=2_000)
    question: str = Field(default="", max_length=QUESTION_AT_MOST)
    rhythm: Rhythm = Rhythm.INSTANT


class ChooseQuietHours(FrozenModel):
    """Set the quiet hours of a person in their own time zone. Two equal times mean no quiet hours."""

    begins: time
    ends: time


class SavedSearch(Versioned, Table):
    """A person's saved search.

    `outline`: the numbers that matching compares first (matching.py).
    `product_id`: empty if no product, or one of several, is wanted.
    """

    __tablename__ = "saved_search"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    query: Mapped[str] = mapped_column("wishes", Words)
    question: Mapped[str] = mapped_column(Words, default="")  # in the person's own words; empty where buttons made it
    product_id: Mapped[str] = mapped_column(String(60))
    outline: Mapped[bytes] = mapped_column(LargeBinary)
    rhythm: Mapped[Rhythm] = mapped_column(OneOf(Rhythm))
    paused: Mapped[bool] = mapped_column(Boolean, default=False)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant, index=True)


class Alert(Table):
    """A listing that one of a person's searches has found. The key ensures that it is told at most once.

    `told_at` is empty while it waits for its hour.
    """

    __tablename__ = "alert"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    search_id: Mapped[str] = mapped_column(Id)  # not a foreign key: told alerts stay when the search is deleted
    found_at: Mapped[datetime] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_alert_search_told", "search_id", "told_at"),
        Index("ix_alert_told", "person_id", "told_at"),
    )


class RequestAlert(Table):
    """A request that a person could quote on. The key ensures that it is told at most once.

    `told_at` and `listing_id`, the reason for telling it, are empty while it waits for its hour.
    """

    __tablename__ = "request_alert"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"), primary_key=True)
    listing_id: Mapped[str | None] = mapped_column(Id)
    found_at: Mapped[datetime] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_request_alert_told", "person_id", "told_at"),)


class RequestsMuted(Table):
    """Goods for which a person wants no alerts of requests."""

    __tablename__ = "requests_muted"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    product_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    muted_at: Mapped[datetime] = mapped_column(Instant)


class QuietHours(Table):
    """A person's own quiet hours, as minutes after midnight in their time zone; without a row, the usual ones."""

    __tablename__ = "quiet_hours"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    begins_minute: Mapped[int] = mapped_column(Integer)
    ends_minute: Mapped[int] = mapped_column(Integer)
