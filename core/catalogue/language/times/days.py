"""Days of the calendar, and the window from one to another. A day that is in no calendar is refused."""

from __future__ import annotations

from calendar import monthrange
from contextlib import suppress
from datetime import date, timedelta
from typing import Final, NamedTuple

from core.kernel.errors import Invalid

YEAR: Final = "[12][0-9]{3}"  # a pattern: there is no year 0000, and none comes after 9999
LONGEST_WINDOW_DAYS: Final = 366
OPEN_WINDOW_DAYS: Final = 30  # a start alone ("from 1 October") proposes a month from there


class DateWindow(NamedTuple):
    """From the first to the last day, both included."""

    first: date
    last: date


class OpenWindow(DateWindow):
    """A window with only a start. A form proposes its end; a search takes any day from then on."""

    __slots__ = ()


def ordered(first: date, last: date) -> DateWindow:
    """Return the window between two days. Raise Invalid if it ends before it starts, or is longer than plans may be."""
    if last < first:
        raise Invalid("window.ends_before_it_starts", first=first, last=last)
    if (last - first).days > LONGEST_WINDOW_DAYS:
        raise Invalid("window.too_long", first=first, last=last, most=LONGEST_WINDOW_DAYS)
    return DateWindow(first, last)


def open_from(first: date) -> OpenWindow:
    """Return a window of which only the start is known."""
    return OpenWindow(first, first + timedelta(days=OPEN_WINDOW_DAYS))


def from_then_on(window: DateWindow | None) -> DateWindow | None:
    """Return the window as a search means it: without an end, it runs as far ahead as plans may."""
    if not isinstance(window, OpenWindow):
        return window
    return DateWindow(window.first, window.first + timedelta(days=LONGEST_WINDOW_DAYS))


def has_no_end(window: tuple[date, date]) -> bool:
    """Return True if `from_then_on` has made the window."""
    return (window[1] - window[0]).days == LONGEST_WINDOW_DAYS


def proposed(window: DateWindow) -> DateWindow:
    """Return the window as a form proposes it: without an end, a month from its start."""
    return open_from(window.first) if has_no_end(window) else window


def a_day(year: int, month: int, day: int, given: str) -> date:
    """Return that day. Raise Invalid with the text `given` if there is no such day."""
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Invalid("window.no_such_day", given=given) from error


def next_such_day(today: date, month: int, day: int, given: str) -> date:
    """Return this year's or next year's day of that date, even if it has passed. 29 February is in one at most."""
    found: list[date] = []
    for year in (today.year, today.year + 1):
        with suppress(ValueError):
            found.append(date(year, month, day))
    if not found:
        raise Invalid("window.no_such_day", given=given)
    return next((each for each in found if each >= today), found[-1])


def monday_of(year: int, week: int, given: str) -> date:
    """Return the first day of an ISO 8601 week. Raise Invalid with the text `given` if the year has no such week."""
    try:
        return date.fromisocalendar(year, week, 1)
    except ValueError as error:
        raise Invalid("window.no_such_week", given=given) from error


def end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
