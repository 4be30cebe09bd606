"""Events of people."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class PersonMet(Event):
    person_id: str


@dataclass(frozen=True, slots=True)
class ProfileCompleted(Event):
    person_id: str


@dataclass(frozen=True, slots=True)
class CompanySettled(Event):
    """Where a company is was said."""

    person_id: str


@dataclass(frozen=True, slots=True)
class LanguageChosen(Event):
    person_id: str


@dataclass(frozen=True, slots=True)
class EmailProved(Event):
    person_id: str


@dataclass(frozen=True, slots=True)
class AccountsLinked(Event):
    """`person_id` now has the identities of both; `gone_id` has none left."""

    person_id: str
    gone_id: str


@dataclass(frozen=True, slots=True)
class ChatUnlinked(Event):
    """A chat no longer belongs to the person."""

    person_id: str
    platform: str
    workspace: str
    address: str | None
