"""Events of people."""

from __future__ import annotations

from core.kernel.events import Event


class PersonMet(Event):
    person_id: str


class ProfileCompleted(Event):
    person_id: str


class CompanySettled(Event):
    """Where a company is was said."""

    person_id: str


class LanguageChosen(Event):
    person_id: str


class EmailProved(Event):
    person_id: str


class AccountsLinked(Event):
    """`person_id` now has the identities of both; `gone_id` has none left."""

    person_id: str
    gone_id: str


class ChatUnlinked(Event):
    """A chat no longer belongs to the person."""

    person_id: str
    platform: str
    workspace: str
    address: str | None
