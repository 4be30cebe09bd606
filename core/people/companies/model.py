"""Members of a company and invitations to it: tables, commands and their limits.

A person who arrives alone is the head of a company of one, and needs no row here. A row is written when a person joins,
and when their rights are set.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import Field
from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, OneOf, Table, Versioned
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import Money

INVITATION_VALID: Final = timedelta(days=7)
INVITATION_LENGTH: Final = 10  # 590 trillion codes: none can be guessed in a week
MEMBERS_AT_MOST: Final = 50


class Position(StrEnum):
    """The work of a person in their company. One person can have several positions."""

    HEAD = "head"  # invites, sets positions and limits, and does everything that the others do
    APPROVER = "approver"  # approves what a buyer may not sign alone
    BUYER = "buyer"  # signs, for a company that buys or sells
    RECEIVER = "receiver"  # confirms what has arrived, weighs, samples and complains
    PAYER = "payer"  # releases held money


ALL_POSITIONS: Final = frozenset(Position)
# A row of the release before has one position, and its limit counts for releases, too.
LEGACY_POSITIONS: Final[Mapping[Position, frozenset[Position]]] = {
    Position.HEAD: ALL_POSITIONS,
    Position.APPROVER: ALL_POSITIONS - {Position.HEAD},
    Position.BUYER: frozenset({Position.BUYER, Position.RECEIVER, Position.PAYER}),
}


class Rights(FrozenModel):
    """The rights of a person in their company. None as an amount means any.

    `limit`: the largest deal that they sign or approve alone.
    `budget`: the most that they sign alone in a calendar month, in UTC.
    `release_limit`: the largest sum that they release at once.
    """

    positions: frozenset[Position] = Field(min_length=1)
    limit: Money | None = None
    budget: Money | None = None
    release_limit: Money | None = None

    def has(self, position: Position) -> bool:
        return position in self.positions or Position.HEAD in self.positions


HEAD_RIGHTS: Final = Rights(positions=ALL_POSITIONS)  # the rights of a person without colleagues


class ChangeMember(FrozenModel):
    """Change of what a colleague may do from now on."""

    person_id: str = Field(max_length=26)
    rights: Rights


class RightsColumns:
    """A row with the rights of one person. The columns for amounts come in pairs: minor units and currency."""

    position: Mapped[Position] = mapped_column(OneOf(Position))  # the highest one, for the release before
    positions: Mapped[list[str] | None] = mapped_column(JSON)
    limit_minor: Mapped[int | None] = mapped_column(Minor)
    limit_currency: Mapped[str | None] = mapped_column(String(3))
    budget_minor: Mapped[int | None] = mapped_column(Minor)
    budget_currency: Mapped[str | None] = mapped_column(String(3))
    release_minor: Mapped[int | None] = mapped_column(Minor)
    release_currency: Mapped[str | None] = mapped_column(String(3))

    @property
    def rights(self) -> Rights:
        limit = _money(self.limit_minor, self.limit_currency)
        if self.positions is None:
            return Rights(positions=LEGACY_POSITIONS[self.position], limit=limit, release_limit=limit)
        return Rights(
            positions=frozenset(Position(each) for each in self.positions),
            limit=limit,
            budget=_money(self.budget_minor, self.budget_currency),
            release_limit=_money(self.release_minor, self.release_currency),
        )

    @rights.setter
    def rights(self, rights: Rights) -> None:
        self.position = next(each for each in Position if each in rights.positions)
        self.positions = sorted(rights.positions)
        self.limit_minor, self.limit_currency = _columns(rights.limit)
        self.budget_minor, self.budget_currency = _columns(rights.budget)
        self.release_minor, self.release_currency = _columns(rights.release_limit)


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)


def _columns(amount: Money | None) -> tuple[int | None, str | None]:
    return (None, None) if amount is None else (amount.minor, amount.currency)


class Membership(RightsColumns, Versioned, Table):
    """Rights of a person in the company that they belong to."""

    __tablename__ = "membership"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(Instant)


class Invitation(RightsColumns, Table):
    """A code that brings one colleague in. It is used once."""

    __tablename__ = "invitation"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    invited_by: Mapped[str] = mapped_column(Id)  # person
    expires_at: Mapped[datetime] = mapped_column(Instant)
