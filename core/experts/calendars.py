"""Busy times out of a consultant's own calendar (iCalendar, RFC 5545): what is taken, and nothing of what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar as ICalendar
from icalendar import Event

from core.experts.slots import FURTHEST
from core.experts.times import Interval, merged

Fault = Literal["unreachable", "refused", "private", "insecure", "too_large", "too_many", "unread"]

LARGEST: Final = 2_000_000  # bytes; a personal calendar of many years is a tenth of it
MOST_APPOINTMENTS: Final = 2_000  # in the two months that are looked at


class Unreadable(Exception):
    """Nothing can be learnt from this calendar."""

    def __init__(self, why: Fault) -> None:
        super().__init__(why)
        self.why = why


def busy_times(content: bytes, now: datetime, zone: str) -> list[Interval]:
    """What the calendar says is taken, from now as far ahead as anybody may book, repeated events included.

    `zone` is what times without one mean. Free ("transparent") and cancelled events take no time. Raises Unreadable.
    Slow for calendars of many years (a second): call it outside a transaction.
    """
    if len(content) > LARGEST:
        raise Unreadable("too_large")
    try:
        calendar = ICalendar.from_ical(content)
        events = recurring_ical_events.of(calendar).between(now, now + FURTHEST)
    except Exception as fault:  # the parsers raise whatever comes to hand on a broken file
        raise Unreadable("unread") from fault
    if len(events) > MOST_APPOINTMENTS:
        raise Unreadable("too_many")
    return merged(taken for event in events for taken in _taken(event, ZoneInfo(zone)))


def _taken(event: Event, zone: ZoneInfo) -> Iterator[Interval]:
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    start, end = _moment(event.start, zone), _moment(event.end, zone)
    if start < end:
        yield Interval(start, end)


def _moment(value: date | datetime | Any, zone: ZoneInfo) -> datetime:
    """An instant; a whole day begins at the consultant's midnight."""
    if isinstance(value, datetime):
        return (value if value.tzinfo is not None else value.replace(tzinfo=zone)).astimezone(UTC)
    return datetime.combine(value, time(), zone).astimezone(UTC)
