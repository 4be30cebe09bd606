"""People, organisations and chat identities: tables, commands and their limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from pydantic import EmailStr, Field
from sqlalchemy import JSON, Boolean, Float, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Table, Versioned
from core.kernel.frozen_model import FrozenModel

ERASED_NAME: Final = "–"  # the name of a person who has left, where others still see what they had in common
LINK_CODE_VALID = timedelta(minutes=10)
LINK_CODE_LENGTH = 8  # 656 billion codes: none can be guessed in ten minutes, however fast one types
EMAIL_CODE_VALID = timedelta(minutes=15)
EMAIL_CODE_DIGITS = 6
EMAIL_CODES_AN_HOUR = 3
EMAIL_TRIES = 5


# code of a chat platform, as its bot declares it; nothing follows from it here
PlatformCode = NewType("PlatformCode", str)


class Role(StrEnum):
    """Role of an organisation's member. A person may have both."""

    BUYER = "buyer"
    SELLER = "seller"


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as a chat platform names them. `workspace`: empty where the platform has none."""

    platform: PlatformCode
    workspace: str
    outside_id: str
    name: str
    locale: str = "en"
    zone: str = "UTC"

    @property
    def key(self) -> str:
        """Return one text for the identity, whatever its name is today."""
        return f"{self.platform}:{self.workspace}:{self.outside_id}"


class Organisation(Versioned, Table):
    """A party of the trade: listings, offers and deals belong to it, and its members act for it."""

    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(String(2))
    vat_number: Mapped[str | None] = mapped_column(String(20))
    without_vat: Mapped[bool] = mapped_column(Boolean, default=False)  # has said that it has no VAT number
    zone: Mapped[str | None] = mapped_column(String(40))  # its time zone at home (IANA): dates its documents
    place: Mapped[str | None] = mapped_column(String(120))
    place_country: Mapped[str | None] = mapped_column(String(2))
    lat: Mapped[float | None] = mapped_column(Float)  # degrees
    lon: Mapped[float | None] = mapped_column(Float)
    traded: Mapped[bool] = mapped_column(Boolean, default=False)  # has listed, offered or dealt
    created_at: Mapped[datetime] = mapped_column(Instant)
    # no person works there any more, and no name is kept here
    left_at: Mapped[datetime | None] = mapped_column(Instant)


class Person(Versioned, Table):
    """A human being, wherever they chat from."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    locale: Mapped[str] = mapped_column(String(10))
    zone: Mapped[str] = mapped_column(String(40))
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    operator: Mapped[bool] = mapped_column(Boolean, default=False)  # works for the market: mediates disputes, rules
    security_phrase: Mapped[str] = mapped_column("mark", String(8))  # two pictures, on messages about money
    email: Mapped[str | None] = mapped_column(String(254))
    email_proved_at: Mapped[datetime | None] = mapped_column(Instant)
    source: Mapped[str | None] = mapped_column(String(32))  # what led them here: the code of a link
    created_at: Mapped[datetime] = mapped_column(Instant)


class ChatIdentity(Table):
    """One account on one platform. `address` is where to write to them."""

    __tablename__ = "chat_identity"

    platform: Mapped[str] = mapped_column(String(10), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(20), primary_key=True)
    outside_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(40), index=True)
    dead: Mapped[bool] = mapped_column(Boolean, default=False)  # blocked the bot, left the workspace
    last_used_at: Mapped[datetime] = mapped_column(Instant)
    linked_at: Mapped[datetime | None] = mapped_column(Instant)  # came into the account by a code; None: began it


class LinkCode(Table):
    """A one-time code shown on one platform and typed on another: the two accounts are one person's."""

    __tablename__ = "link_code"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class EmailCode(Table):
    """A code sent to an address that a person claims. Kept as a hash, so reading the table proves nothing."""

    __tablename__ = "email_code"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class CompleteProfile(FrozenModel):
    """A trader's statement about themselves and their company. `zone`: the company's time zone (IANA), where known.

    `without_vat`: they say that it has no VAT number, and have not only left it out.
    """

    roles: frozenset[Role] = Field(min_length=1)
    company: str = Field(min_length=2, max_length=120)
    country: str = Field(pattern=r"^[A-Z]{2}$")
    place: str | None = Field(default=None, max_length=80)
    vat_number: str | None = Field(default=None, max_length=20)
    without_vat: bool = False
    zone: str | None = Field(default=None, max_length=40)


class Settle(FrozenModel):
    """The place of the company: distances are counted from there. `zone`: its time zone (IANA)."""

    place: str = Field(min_length=1, max_length=120)
    country: str = Field(pattern=r"^[A-Z]{2}$")
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    zone: str = Field(max_length=40)


class ProveEmail(FrozenModel):
    """Claim an address; a code goes there."""

    email: EmailStr
