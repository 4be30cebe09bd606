"""Wall-clock times and instants, also on the two days a year when clocks change.

Wall-clock rules ("Mondays 9 to 12 in Vilnius") are stored as such and turned into instants for each day. So a change of
the clocks, or of the law about them, moves the instant and not the wall clock. One rule decides everything: an instant
belongs to a span when the wall clock shows a time within the span.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from core.advice.availability.weekly_hours import Span, Week, split_at_midnight
from core.kernel.errors import Invalid

FARTHEST_OFFSET: Final = timedelta(hours=15)  # no zone is or was further from UTC
CHANGE_FOUND_TO: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From one instant to another, both in UTC, `start` < `end`; the end itself is outside."""

    start: datetime
    end: datetime

    def overlaps(self, other: Interval) -> bool:
        return self.start < other.end and other.start < self.end


def instant(wall: datetime, zone: str) -> datetime:
    """Return the instant of a wall-clock time. Raises Invalid when that time is skipped, or occurs twice, on that day.

    `parts` then hold the possible instants: where the clock goes on, or the first and the second.
    """
    steady = _steady(wall.date(), zone)
    meant = [moment for each in steady if (moment := wall.replace(tzinfo=UTC) - each.offset) in each]
    if not meant:
        gap = next(after.start for after in steady[1:] if wall.replace(tzinfo=UTC) - after.offset < after.start)
        raise Invalid("time.skipped", field="at", given=f"{wall:%H:%M}", next=gap)
    if len(meant) > 1:
        raise Invalid("time.twice", field="at", given=f"{wall:%H:%M}", first=meant[0], second=meant[1])
    return meant[0]


def intervals(spans: Iterable[Span], day: date, zone: str) -> list[Interval]:
    """Return the intervals in which the wall clock shows that day and a time within a span, in order."""
    midnight = datetime.combine(day, time(), UTC)
    steady = _steady(day, zone)
    found = []
    for span in spans:
        first, last = midnight + timedelta(minutes=span.start), midnight + timedelta(minutes=span.end)
        for each in steady:
            start, end = max(first - each.offset, each.start), min(last - each.offset, each.end)
            if start < end:
                found.append(Interval(start, end))
    return merged(found)


def openings(
    week: Week, overrides: Mapping[date, tuple[Span, ...]], zone: str, first: date, last: date
) -> list[Interval]:
    """Return the open intervals from the first day to the last, both included, in order. An override replaces its day.

    Hours past midnight are open on the next day too, beside that day's own hours, unless that day is closed.
    """
    found: list[Interval] = []
    over: tuple[Span, ...] = ()  # from the day before
    day = first - timedelta(days=1)
    while day <= last:
        spans = overrides[day] if day in overrides else week.get(day.weekday(), ())
        own, beyond = split_at_midnight(spans)
        if day >= first:
            found += intervals(own if overrides.get(day) == () else (*own, *over), day, zone)
        over, day = beyond, day + timedelta(days=1)
    return merged(found)


def merged(found: Iterable[Interval]) -> list[Interval]:
    """Merge intervals into as few as possible that cover the same time, in order."""
    result: list[Interval] = []
    for each in sorted(found):
        if result and each.start <= result[-1].end:
            result[-1] = Interval(result[-1].start, max(result[-1].end, each.end))
        else:
            result.append(each)
    return result


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


class _Steady(NamedTuple):
    """A stretch of time in which the clock does not jump."""

    start: datetime
    end: datetime
    offset: timedelta

    def __contains__(self, moment: object) -> bool:
        return isinstance(moment, datetime) and self.start <= moment < self.end


@lru_cache(maxsize=4096)  # a calendar asks for the same days again with every look at it
def _steady(day: date, zone: str) -> tuple[_Steady, ...]:
    """Yield the stretches of constant offset around a local day. No zone changes its clock twice within three days."""
    midnight = datetime.combine(day, time(), UTC)
    start, end = midnight - FARTHEST_OFFSET, midnight + timedelta(days=1) + FARTHEST_OFFSET
    before, after = _offset(start, zone), _offset(end, zone)
    if before == after:
        return (_Steady(start, end, before),)
    low, high = start, end
    while high - low > CHANGE_FOUND_TO:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return _Steady(start, high, before), _Steady(high, end, after)


def _offset(moment: datetime, zone: str) -> timedelta:
    return local(moment, zone).utcoffset() or timedelta()
