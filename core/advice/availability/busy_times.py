"""Busy times from a consultant's own calendar (iCalendar, RFC 5545), without any details of the appointments."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo

from core.advice.availability.local_times import Interval, merged
from core.advice.availability.slots import FURTHEST

if TYPE_CHECKING:
    from icalendar import Event

Fault = Literal["unreachable", "refused", "private", "insecure", "too_large", "too_many", "too_slow", "unread"]

A_DAY: Final = timedelta(days=1)
LARGEST: Final = 2_000_000  # bytes; a personal calendar of many years is a tenth of it
MOST_APPOINTMENTS: Final = 2_000  # in the two months that are read
MOST_EVENTS: Final = 10_000
MOST_COMPONENTS: Final = 25_000  # counted before anything is read, whatever their kind
MOST_ZONES: Final = 100
MOST_ZONE_RULES: Final = 500  # changes of the clock that repeat, in all zones; each is followed from its first year on
MOST_DATES: Final = 20_000  # dates that are named one by one, as further or left-out repetitions
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
    if content.upper().count(b"BEGIN:") > MOST_COMPONENTS:
        raise Unreadable("too_many")
    # Only the process that reads calendars needs these, and they take a third of a second of every start.
    import recurring_ical_events  # noqa: PLC0415
    from icalendar import Calendar as ICalendar  # noqa: PLC0415

    try:
        calendar = ICalendar.from_ical(content)
        _check_zones(calendar)
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
    """Raises Unreadable for more events or repetitions than anybody has: a calendar may be written to keep us busy.

    Every addend is at least zero. An event that begins far ahead must not make up for others.
    """
    events, end = calendar.walk("VEVENT"), now + FURTHEST
    rules = [(event, rule) for event in events for rule in _rules(event)]
    ahead = sum(FURTHEST / _time_between(rule) for _, rule in rules if not _is_over(rule, now))
    spans = ((max(end - _moment(event.start, ZoneInfo("UTC")), timedelta(0)), rule) for event, rule in rules)
    steps = sum(span / _time_between(rule) for span, rule in spans)
    dates = sum(_dates(event) for event in events)
    if len(events) > MOST_EVENTS or ahead > MOST_AHEAD or steps > MOST_STEPS or dates > MOST_DATES:
        raise Unreadable("too_many")


def _check_zones(calendar: Any) -> None:
    """Raises Unreadable for time zones that no country has: their rules are followed over centuries."""
    zones = calendar.walk("VTIMEZONE")
    parts = [part for zone in zones for part in zone.subcomponents]
    rules = [rule for part in parts for rule in _rules(part)]
    yearly = all(str(rule.get("FREQ", [""])[0]).upper() == "YEARLY" for rule in rules)
    too_fine = any(len(rule.get(part, [])) > 1 for rule in rules for part in PARTS_OF_A_DAY)
    dates = sum(_dates(part) for part in parts)
    if len(zones) > MOST_ZONES or len(rules) > MOST_ZONE_RULES or not yearly or too_fine or dates > MOST_DATES:
        raise Unreadable("too_many")


def _dates(component: Any) -> int:
    """Count the dates that a component names one by one."""
    named = [component.get(name, []) for name in ("RDATE", "EXDATE")]
    lists = [each for given in named for each in (given if isinstance(given, list) else [given])]
    return sum(len(each.dts) for each in lists)


def _rules(event: Any) -> list[Any]:
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
