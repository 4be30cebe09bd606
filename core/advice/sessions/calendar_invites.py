"""A session as a calendar entry (iCalendar, RFC 5545; invitations by RFC 5546).

Its UID never changes, and SEQUENCE rises with each change. Times are in UTC, which no mail program can misread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from core.advice.sessions.model import Booking

Method = Literal["REQUEST", "CANCEL"]
REMIND_BEFORE: Final = timedelta(minutes=15)
MADE_BY: Final = "-//Parley//Sessions//EN"


@dataclass(frozen=True, slots=True)
class Attendee:
    """A person who gets the entry by mail."""

    name: str
    email: str


def invitation(
    booking: Booking,
    now: datetime,
    *,
    method: Method,
    organiser: Attendee,
    attendees: tuple[Attendee, ...],
    summary: str,
    description: str,
    link: str | None = None,
) -> bytes:
    """Return the entry as a file: CRLF, folded at 75 octets. The texts are in the reader's language."""
    calendar = Calendar()
    calendar.add("prodid", MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event = Event()
    event.add("uid", f"{booking.id}@sessions.parley")
    event.add("sequence", booking.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", booking.starts_at)
    event.add("dtend", booking.ends_at)
    event.add("summary", summary)
    event.add("description", description)
    event.add("status", "CONFIRMED" if method == "REQUEST" else "CANCELLED")
    event["organizer"] = _address(organiser)
    for attendee in attendees:
        event.add("attendee", _address(attendee), encode=False)
    if link is not None:
        event.add("url", link)
        event.add("location", link)
    if method == "REQUEST":
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", -REMIND_BEFORE)
        event.add_component(alarm)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _address(attendee: Attendee) -> vCalAddress:
    address = vCalAddress(f"mailto:{attendee.email}")
    address.params["cn"] = vText(attendee.name)
    return address
