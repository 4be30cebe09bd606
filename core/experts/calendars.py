"""Busy times out of a consultant's own calendar (iCalendar, RFC 5545): what is taken, and nothing of what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar as ICalendar
from icalendar import Event

from core.experts.slots import FURTHEST
from core.experts.times import Interval, merged
from core.kernel.errors import Invalid

LARGEST: Final = 2_000_000  # bytes; a personal calendar of many years is a tenth of it
MOST_APPOINTMENTS: Final = 2_000  # in the two months that are looked at


def busy_times(content: bytes, now: datetime, zone: str) -> list[Interval]:
    """What the calendar says is taken, from now as far ahead as anybody may book, repeated events included.

    `zone` is what times without one mean. Free ("transparent") and cancelled events take no time. Raises Invalid.
    """
    if len(content) > LARGEST:
        raise Invalid("calendar.too_large", field="calendar", most=LARGEST)
    try:
        calendar = ICalendar.from_ical(content)
        events = recurring_ical_events.of(calendar).between(now, now + FURTHEST)
    except Exception as fault:  # the parsers raise whatever comes to hand on a broken file
        raise Invalid("calendar.not_readable", field="calendar") from fault
    if len(events) > MOST_APPOINTMENTS:
        raise Invalid("calendar.too_many", field="calendar", most=MOST_APPOINTMENTS)
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
    return datetime.combine(value, time(), zone).astimezone(UTC) + timedelta()
