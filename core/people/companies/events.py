"""Events of a company's people."""

from __future__ import annotations

from core.kernel.events import Event


class MemberJoined(Event):
    """A person has joined by an invitation."""

    organisation_id: str
    person_id: str


class MemberLeft(Event):
    """A person no longer works for the company. `by_person` removed them, or is themselves."""

    organisation_id: str
    person_id: str
    by_person: str
