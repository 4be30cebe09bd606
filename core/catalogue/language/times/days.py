"""Days of the calendar, and the window from one to another. What is in no calendar is refused."""

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
    """One of which only the start was said: its end is proposed, and who searches means any day from then on."""

    __slots__ = ()


def ordered(first: date, last: date) -> DateWindow:
    """The window between them; refuses one that ends before it starts, or is longer than anybody plans."""
    if last < first:
        raise Invalid("window.ends_before_it_starts", first=first, last=last)
    if (last - first).days > LONGEST_WINDOW_DAYS:
        raise Invalid("window.too_long", first=first, last=last, most=LONGEST_WINDOW_DAYS)
    return DateWindow(first, last)


def open_from(first: date) -> OpenWindow:
    """The window of which only the start was said."""
    return OpenWindow(first, first + timedelta(days=OPEN_WINDOW_DAYS))


def from_then_on(window: DateWindow | None) -> DateWindow | None:
    """What one who searches means by it: as far ahead as anybody plans, where no end was said."""
    if not isinstance(window, OpenWindow):
        return window
    return DateWindow(window.first, window.first + timedelta(days=LONGEST_WINDOW_DAYS))


def has_no_end(window: tuple[date, date]) -> bool:
    """Whether it is one that `from_then_on` has made."""
    return (window[1] - window[0]).days == LONGEST_WINDOW_DAYS


def proposed(window: DateWindow) -> DateWindow:
    """The same as a form proposes it: a month from its start where no end was said."""
    return open_from(window.first) if has_no_end(window) else window


def a_day(year: int, month: int, day: int, given: str) -> date:
    """That day; refused as it was `given` where there is none."""
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Invalid("window.no_such_day", given=given) from error


def next_such_day(today: date, month: int, day: int, given: str) -> date:
    """This year's or the next one's. 29 February is in one of them at most: then it is that one, passed or not."""
    found: list[date] = []
    for year in (today.year, today.year + 1):
        with suppress(ValueError):
            found.append(date(year, month, day))
    if not found:
        raise Invalid("window.no_such_day", given=given)
    return next((each for each in found if each >= today), found[-1])


def monday_of(year: int, week: int, given: str) -> date:
    """The first day of a week by ISO 8601; refused as it was `given` where the year has none of that number."""
    try:
        return date.fromisocalendar(year, week, 1)
    except ValueError as error:
        raise Invalid("window.no_such_week", given=given) from error


def end_of_month(year: int, month: int) -> date:
    """Its last day."""
    return date(year, month, monthrange(year, month)[1])
