"""Members of a company and invitations to it: tables, commands and their limits.

A person who arrives alone is the head of a company of one, and needs no row here. A row is written when a person joins,
and when a position or limit is set.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import Field
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, OneOf, Table, Versioned
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import Money

INVITATION_VALID: Final = timedelta(days=7)
INVITATION_LENGTH: Final = 10  # 590 trillion codes: none can be guessed in a week
MEMBERS_AT_MOST: Final = 50


class Position(StrEnum):
    """Position of a person in their company. All of them list, search and bargain for it."""

    HEAD = "head"  # invites, sets limits, approves
    APPROVER = "approver"  # approves what others may not sign alone
    BUYER = "buyer"


class Invite(FrozenModel):
    """Have a colleague join. `limit`: the largest deal that they sign alone; without one there is no limit."""

    position: Position
    limit: Money | None = None


class ChangeMember(FrozenModel):
    """Change of what a colleague may do from now on."""

    person_id: str = Field(max_length=26)
    position: Position
    limit: Money | None = None


class Limited:
    """A row with an amount up to which its person signs alone."""

    limit_minor: Mapped[int | None] = mapped_column(Minor)
    limit_currency: Mapped[str | None] = mapped_column(String(3))

    @property
    def limit(self) -> Money | None:
        if self.limit_minor is None or self.limit_currency is None:
            return None
        return Money(self.limit_minor, self.limit_currency)

    @limit.setter
    def limit(self, limit: Money | None) -> None:
        self.limit_minor = None if limit is None else limit.minor
        self.limit_currency = None if limit is None else limit.currency


class Membership(Limited, Versioned, Table):
    """Position of a person in the company that they belong to."""

    __tablename__ = "membership"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    position: Mapped[Position] = mapped_column(OneOf(Position))
    since: Mapped[datetime] = mapped_column(Instant)


class Invitation(Limited, Table):
    """A code that brings one colleague in. It is used once."""

    __tablename__ = "invitation"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    invited_by: Mapped[str] = mapped_column(Id)  # person
    position: Mapped[Position] = mapped_column(OneOf(Position))
    expires_at: Mapped[datetime] = mapped_column(Instant)
