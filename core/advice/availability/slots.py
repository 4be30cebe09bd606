"""Bookable slots: open hours less busy times, with a break between sessions and an advance notice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from core.advice.availability.local_times import Interval, local, openings
from core.advice.availability.weekly_hours import Span, Week

STEP: Final = timedelta(minutes=15)  # sessions begin on the quarter hour of the consultant's own clock
FURTHEST: Final = timedelta(days=60)  # a calendar further ahead than two months is a guess
SPACING: Final = timedelta(hours=3)  # between two slots of one day that are offered together
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A consultant's time. `taken`: sessions and other appointments; `booked`: the start of each session.

    `air`: the break between two sessions. `notice`: from now to the earliest start. `per_day`: sessions on one local
    day.
    """

    week: Week
    zone: str
    overrides: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    busy: Sequence[Interval] = ()
    booked: Sequence[datetime] = ()
    air: timedelta = timedelta()
    notice: timedelta = timedelta(hours=2)
    per_day: int = 8
    away_until: datetime | None = None


def free_slots(
    calendar: Calendar, now: datetime, length: timedelta, until: datetime | None = None
) -> Iterator[datetime]:
    """Yield the instants at which a session of this length may begin, in order, up to `until` or the limit."""
    last = min(until or now + FURTHEST, now + FURTHEST)
    earliest = max(now + calendar.notice, calendar.away_until or now)
    full = _full_days(calendar)
    # The session that begins last may end on the next day.
    days = local(earliest, calendar.zone).date(), local(last + length, calendar.zone).date()
    for opening in openings(calendar.week, calendar.overrides, calendar.zone, *days):
        start = _on_the_quarter(max(opening.start, earliest), calendar.zone)
        while start + length <= opening.end and start <= last:
            clash = _clash(calendar, Interval(start, start + length))
            if clash is not None:
                start = _on_the_quarter(clash.end + calendar.air, calendar.zone)
                continue
            if not full or local(start, calendar.zone).date() not in full:
                yield start
            start += STEP


def is_free(calendar: Calendar, now: datetime, start: datetime, length: timedelta) -> bool:
    """Return whether exactly this slot may be booked now; the booking transaction checks it again."""
    return any(slot == start for slot in free_slots(calendar, now, length, until=start))


def nearest(calendar: Calendar, now: datetime, time: datetime, length: timedelta, count: int = 3) -> list[datetime]:
    """Return the free slots nearest to a wanted time, in order of time."""
    free = list(free_slots(calendar, now, length))
    return sorted(sorted(free, key=lambda slot: (abs(slot - time), slot))[:count])


def spread(slots: Iterator[datetime], zone: str, count: int = 3) -> list[datetime]:
    """Return the next few slots, on different local days if there are several: better choices than quarter hours."""
    ahead: list[datetime] = []
    first_of_day: dict[date, datetime] = {}
    for slot in slots:
        ahead.append(slot)
        first_of_day.setdefault(local(slot, zone).date(), slot)
        if len(first_of_day) == count:
            break
    chosen = list(first_of_day.values())
    return sorted(chosen + [slot for slot in ahead if slot not in chosen][: count - len(chosen)])


def through_the_day(slots: Iterable[datetime], zone: str, count: int, spacing: timedelta = SPACING) -> list[datetime]:
    """Choose the next few slots, spread over a local day: a morning, a noon and an afternoon to choose from."""
    chosen: list[datetime] = []
    for slot in slots:
        near = bool(chosen) and slot - chosen[-1] < spacing
        if near and local(slot, zone).date() == local(chosen[-1], zone).date():
            continue
        chosen.append(slot)
        if len(chosen) == count:
            break
    return chosen


def _clash(calendar: Calendar, time: Interval) -> Interval | None:
    """Return the last conflicting appointment, with a break on both sides; the search goes on at its end."""
    around = Interval(time.start - calendar.air, time.end + calendar.air)
    return max((each for each in calendar.busy if each.overlaps(around)), key=lambda each: each.end, default=None)


def _full_days(calendar: Calendar) -> set[date]:
    count = Counter(local(start, calendar.zone).date() for start in calendar.booked)
    return {day for day, sessions in count.items() if sessions >= calendar.per_day}


def _on_the_quarter(moment: datetime, zone: str) -> datetime:
    """Round up to a quarter hour of the local clock (some zones' offsets are not whole hours)."""
    offset = local(moment, zone).utcoffset() or timedelta()
    return moment + (EPOCH - moment - offset) % STEP
