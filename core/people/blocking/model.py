"""Blocks and reports: the tables, and the command with its limits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import StringConstraints
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Table, Versioned, Words
from core.kernel.frozen_model import FrozenModel

SHORTEST_REASON: Final = 10  # characters of an operator's reason
Outcome = Literal["warned", "removed", "put_back", "suspended", "lifted", "nothing"]  # outcome of a report

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=SHORTEST_REASON, max_length=1000)]

SCREEN_AT_MOST: Final = 6000  # characters of what was on the screen


class Block(Table):
    """One party wants nothing to do with another. It holds both ways: neither finds, writes to or books the other."""

    __tablename__ = "block"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    blocked_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(Instant)


class ReportParty(FrozenModel):
    """Tell the operators of a party. `screen`: what the reporter had before them, as they read it."""

    organisation_id: str
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
    screen: Annotated[str, StringConstraints(max_length=SCREEN_AT_MOST)]
    kind: str = ""  # kind of the card that they saw, and the id of its subject
    subject: str = ""


class WarnParty(FrozenModel):
    """Warn a reported party with a reason, which it reads."""

    report_id: str
    reason: Reason


class Report(Versioned, Table):
    """A person's report to the operators, with what they saw. Open until an operator has looked at it."""

    __tablename__ = "report"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    reporter: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    about_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    words: Mapped[str] = mapped_column(Words)
    screen: Mapped[str] = mapped_column(Words)
    kind: Mapped[str | None] = mapped_column(String(20))
    subject: Mapped[str | None] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(Id)
    outcome: Mapped[Outcome | None] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(Words)  # the operator's, which the reported party reads
