"""Busy times from a consultant's own calendar (iCalendar, RFC 5545), without any details of the appointments."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar as ICalendar
from icalendar import Event

from core.advice.availability.local_times import Interval, merged
from core.advice.availability.slots import FURTHEST

Fault = Literal["unreachable", "refused", "private", "insecure", "too_large", "too_many", "unread"]

A_DAY: Final = timedelta(days=1)
LARGEST: Final = 2_000_000  # bytes; a personal calendar of many years is a tenth of it
MOST_APPOINTMENTS: Final = 2_000  # in the two months that are read
MOST_EVENTS: Final = 10_000
MOST_AHEAD: Final = 20_000  # repetitions within the time that is read; ten thousand take a second
MOST_STEPS: Final = 500_000  # steps of all repetition rules, each followed from its first day on; about a second
PERIOD: Final = {
    "HOURLY": timedelta(hours=1),
    "DAILY": A_DAY,
    "WEEKLY": timedelta(days=7),
    "MONTHLY": timedelta(days=28),
    "YEARLY": timedelta(days=365),
}
DAYS: Final = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")
PARTS_OF_A_DAY: Final = ("BYHOUR", "BYMINUTE", "BYSECOND")


class Unreadable(Exception):
    """The calendar cannot be read, or exceeds a limit; `why` names the fault."""

    def __init__(self, why: Fault) -> None:
        super().__init__(why)
        self.why = why


def busy_times(content: bytes, now: datetime, zone: str) -> list[Interval]:
    """Return the calendar's busy times, from now to the end of the booking window, repeated events included.

    `zone` applies to times without a zone. Free ("transparent") and cancelled events take no time. Raises Unreadable.
    Slow for calendars of many years (a second): call it outside a transaction.
    """
    if len(content) > LARGEST:
        raise Unreadable("too_large")
    try:
        calendar = ICalendar.from_ical(content)
        _check_ends(calendar, now)
        # The library reads times without a zone as UTC. On America's west coast, today's would be over at four.
        events = recurring_ical_events.of(calendar).between(now - A_DAY, now + FURTHEST + A_DAY)
    except Unreadable:
        raise
    except Exception as fault:  # the parsers raise any exception on a broken file
        raise Unreadable("unread") from fault
    if len(events) > MOST_APPOINTMENTS:
        raise Unreadable("too_many")
    window = Interval(now, now + FURTHEST)
    return merged(busy for event in events for busy in _busy_intervals(event, ZoneInfo(zone)) if busy.overlaps(window))


def _check_ends(calendar: Any, now: datetime) -> None:
    """Raises Unreadable for more events or repetitions than anybody has: a calendar may be written to keep us busy."""
    events = calendar.walk("VEVENT")
    rules = [(event, rule) for event in events for rule in _rules(event)]
    ahead = sum(FURTHEST / _time_between(rule) for _, rule in rules if not _is_over(rule, now))
    steps = sum((now + FURTHEST - _moment(event.start, ZoneInfo("UTC"))) / _time_between(rule) for event, rule in rules)
    if len(events) > MOST_EVENTS or ahead > MOST_AHEAD or steps > MOST_STEPS:
        raise Unreadable("too_many")


def _rules(event: Event) -> list[Any]:
    given = event.get("RRULE", [])
    return given if isinstance(given, list) else [given]


def _time_between(rule: Any) -> timedelta:
    """Return the rule's least average time between repetitions. A rule may name many times of a day, or many days."""
    period = PERIOD.get(str(rule.get("FREQ", ["DAILY"])[0]).upper())
    if period is None:  # every minute, or every second
        raise Unreadable("too_many")
    if any(rule.get(part) for part in DAYS):
        period = min(period, A_DAY)
    return period / math.prod(len(rule.get(part, [0])) for part in PARTS_OF_A_DAY)


def _is_over(rule: Any, now: datetime) -> bool:
    until = rule.get("UNTIL", [None])[0]
    return until is not None and _moment(until, ZoneInfo("UTC")) < now - A_DAY


def _busy_intervals(event: Event, zone: ZoneInfo) -> Iterator[Interval]:
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    start, end = _moment(event.start, zone), _moment(event.end, zone)
    if start < end:
        yield Interval(start, end)


def _moment(value: date | datetime | Any, zone: ZoneInfo) -> datetime:
    """Return an instant; a whole day begins at the consultant's midnight."""
    if isinstance(value, datetime):
        return (value if value.tzinfo is not None else value.replace(tzinfo=zone)).astimezone(UTC)
    return datetime.combine(value, time(), zone).astimezone(UTC)
