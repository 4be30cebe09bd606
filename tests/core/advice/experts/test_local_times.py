"""Thirty zones, every change of their clocks from 2025 to 2035, four kinds of bookings: no instant is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.advice.availability.local_times import Interval, instant, openings
from core.advice.availability.slots import Calendar, free_slots, nearest, spread
from core.advice.availability.weekly_hours import DAY, Span
from core.kernel.errors import Invalid

CITIES = {
    "Europe": ("Vilnius", "Riga", "Tallinn", "Warsaw", "Berlin", "Paris", "Madrid", "Rome", "Stockholm", "Kyiv"),
    "Atlantic": ("Azores",),
    "America": ("New_York", "Chicago", "Denver", "Los_Angeles", "St_Johns", "Sao_Paulo", "Santiago", "Havana"),
    "Africa": ("Casablanca", "Cairo"),
    "Asia": ("Beirut",),
    "Australia": ("Sydney", "Lord_Howe"),
    "Pacific": ("Auckland",),
}
CITIES["Europe"] += ("London", "Dublin", "Lisbon", "Chisinau", "Istanbul")
ZONES = [f"{continent}/{city}" for continent, cities in CITIES.items() for city in cities]
# Four kinds of bookings: around the hour of the change, inside it, through whole days, and up to midnight. Some zones
# change at midnight. Each has open hours on every day of the week, and the length of a session.
SHAPES = {
    "around": ((Span(30, 4 * 60 + 30),), timedelta(hours=1)),
    "inside": ((Span(75, 105), Span(2 * 60, 2 * 60 + 45), Span(3 * 60 + 15, 3 * 60 + 45)), timedelta(minutes=30)),
    "whole": ((Span(0, DAY),), timedelta(minutes=90)),
    "midnight": ((Span(0, 90), Span(23 * 60, DAY)), timedelta(minutes=45)),
}
QUARTER = timedelta(minutes=15)


@cache
def changes(zone: str) -> list[date]:
    """Return the local days of 2025 to 2035 on which the clock jumps."""
    info = ZoneInfo(zone)
    days = (date(2025, 1, 1) + timedelta(days=each) for each in range(11 * 366))
    return [day for day in days if offset(day, info) != offset(day + timedelta(days=1), info)]


def offset(day: date, info: ZoneInfo) -> timedelta | None:
    return datetime.combine(day, datetime.min.time(), info).utcoffset()


def quarters(since: datetime, hours: int) -> Iterator[datetime]:
    return (since + each * QUARTER for each in range(4 * hours))


@pytest.mark.parametrize("zone", ZONES)
def test_offered_times_follow_the_local_clock_for_each_kind_of_booking(zone: str) -> None:
    """From the day before a change to the day after it: no instant too many, and none too few."""
    info = ZoneInfo(zone)
    for day in changes(zone):
        now = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=20)
        until = now + timedelta(hours=56)
        walls = [(each, each.astimezone(info)) for each in quarters(now, 60)]
        minutes = [(each, wall.hour * 60 + wall.minute) for each, wall in walls]
        for name, (spans, length) in SHAPES.items():
            calendar = Calendar(week=dict.fromkeys(range(7), spans), zone=zone, notice=timedelta())
            is_open = {each for each, minute in minutes if any(span.start <= minute < span.end for span in spans)}
            steps = [QUARTER * part for part in range(length // QUARTER)]
            right = [each for each, _ in minutes if each <= until and all(each + step in is_open for step in steps)]
            assert list(free_slots(calendar, now, length, until)) == right, (zone, day, name)


def meaning(wall: datetime, zone: str) -> list[datetime]:
    """Return the instants that a local time may mean.

    For a skipped time, the question back names the next one.
    """
    try:
        return [instant(wall, zone)]
    except Invalid as asked:
        told: dict[str, Any] = asked.parts
        if asked.code == "time.twice":
            return [told["first"], told["second"]]
        follows = told["next"].astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        return [] if wall < follows <= wall + timedelta(hours=1) else [told["next"]]


def test_there_are_changes_to_be_wrong_about() -> None:
    assert sum(len(changes(zone)) for zone in ZONES) > 500


@pytest.mark.parametrize("zone", ZONES)
def test_every_wall_clock_time_is_one_instant_or_asked_back(zone: str) -> None:
    info = ZoneInfo(zone)
    for day in changes(zone):
        told: dict[datetime, list[datetime]] = {}
        for moment in quarters(datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=15), 54):
            told.setdefault(moment.astimezone(info).replace(tzinfo=None), []).append(moment)
        wall = datetime.combine(day, datetime.min.time())
        while wall.date() == day:
            assert meaning(wall, zone) == told.get(wall, [])
            wall += QUARTER


NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # a Monday, eight o'clock in Vilnius
WORKDAYS = Calendar(
    week=dict.fromkeys(range(5), (Span(9 * 60, 12 * 60),)), zone="Europe/Vilnius", notice=timedelta(hours=2)
)
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def slots(calendar: Calendar, until: datetime) -> list[str]:
    return [f"{slot:%d %H:%M}" for slot in free_slots(calendar, NOW, HOUR, until)]


def test_slots_keep_the_notice_and_the_quarter_hours_and_end_within_the_hours() -> None:
    assert slots(WORKDAYS, at(23, 23)) == ["23 08:00", "23 08:15", "23 08:30", "23 08:45", "23 09:00"]


def test_a_taken_hour_blocks_itself_and_the_air_around_it() -> None:
    taken = Interval(at(24, 8), at(24, 8, 30))
    calendar = replace(WORKDAYS, busy=(taken,), air=timedelta(minutes=10))

    assert slots(calendar, at(24, 23))[5:] == ["24 08:45", "24 09:00"]


def test_a_day_with_enough_sessions_takes_no_more() -> None:
    calendar = replace(WORKDAYS, booked=(at(23, 7),), per_day=1)

    assert slots(calendar, at(23, 23)) == []
    assert slots(calendar, at(24, 23)) != []


def test_holiday_and_overrides() -> None:
    away = replace(WORKDAYS, away_until=at(25, 0))
    special = replace(WORKDAYS, overrides={date(2026, 11, 24): (Span(18 * 60, 19 * 60),)})

    assert slots(away, at(25, 8))[0] == "25 07:00"
    assert [slot for slot in slots(special, at(24, 23)) if slot.startswith("24")] == ["24 16:00"]


def test_three_choices_are_on_three_days_and_the_nearest_are_near() -> None:
    assert [f"{each:%d}" for each in spread(free_slots(WORKDAYS, NOW, HOUR), WORKDAYS.zone)] == ["23", "24", "25"]
    assert nearest(WORKDAYS, NOW, at(24, 7), HOUR) == [at(24, 7), at(24, 7, 15), at(24, 7, 30)]


def test_a_night_is_beside_the_next_days_own_hours_but_for_a_closed_day() -> None:
    week = {4: (Span(22 * 60, 26 * 60),), 5: (Span(10 * 60, 12 * 60),)}
    friday = date(2026, 11, 27)
    saturday = friday + timedelta(days=1)

    def hours(overrides: dict[date, tuple[Span, ...]]) -> list[tuple[str, str]]:
        found = openings(week, overrides, "UTC", saturday, saturday)
        return [(f"{each.start:%H:%M}", f"{each.end:%H:%M}") for each in found]

    assert hours({}) == [("00:00", "02:00"), ("10:00", "12:00")]
    assert hours({friday: (Span(600, 720),)}) == [("10:00", "12:00")], "that Friday has no night"
    assert hours({saturday: ()}) == [], "closed is closed"
    assert hours({saturday: (Span(840, 900),)}) == [("00:00", "02:00"), ("14:00", "15:00")]
