"""The delivery window in a form: the days as people write them, and the question itself."""

from __future__ import annotations

import re
from datetime import date, timedelta

from conversations.chat_context import ChatContext
from conversations.forms.form import Field, Values
from conversations.forms.keypads import Calendar
from core.catalogue.language.fields import parse_date_window
from core.catalogue.language.times.days import end_of_month
from core.catalogue.language.times.windows import JUST_PASSED
from core.kernel.errors import Invalid

Window = tuple[date, date]
BETWEEN_DAYS = " – "
# Days as cards write them, without the last dot and the year. Where a day is asked for, nothing else is meant.
DAY_AND_MONTH = r"(?:0?[1-9]|[12][0-9]|3[01])[./](?:0?[1-9]|1[0-2])"
BARE_DAYS = re.compile(
    rf"(?P<first>{DAY_AND_MONTH}|(?:0?[1-9]|[12][0-9]|3[01]))\.?\s*[-–]\s*(?P<last>{DAY_AND_MONTH})\.?"
    rf"|(?P<day>{DAY_AND_MONTH})\.?"
)


def with_dots(text: str) -> str:
    """Return "24.11", "24/11", "25.11-28.11" and "25-28.11" written out; any other text unchanged."""
    found = BARE_DAYS.fullmatch(text.strip())
    if found is None:
        return text
    days = (found["day"],) if found["day"] else (found["first"], found["last"])
    return " - ".join(f"{each.replace('/', '.')}." for each in days)


def read_window(chat: ChatContext, text: str, _values: Values) -> Window:
    """Read the first and last day: "next week", "W50", "15 Dec", "24.11", "2026-12-01 – 2026-12-15"."""
    text = with_dots(text)
    first, dash, last = text.strip().replace("..", BETWEEN_DAYS).partition(BETWEEN_DAYS)
    if dash:
        try:
            window = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
        except ValueError as fault:
            raise Invalid("window.not_understood", given=text) from fault
    else:
        window = parse_date_window(text, chat.market_context.catalogue, chat.today)
    if window[1] < chat.today:
        raise Invalid("window.in_the_past", first=window[0], last=window[1])
    if window[1] < window[0]:
        raise Invalid("window.ends_before_it_starts", first=window[0], last=window[1])
    return window


def window_such_as(chat: ChatContext, _values: Values) -> str | None:
    """Return an example of future days, in the weeks just after the hint's days (1-15 Dec)."""
    today = chat.today
    hinted = date(today.year - (today.month < 12), 12, 15)
    if not timedelta() < today - hinted <= JUST_PASSED:
        return None
    first = end_of_month(today.year, today.month) + timedelta(days=1)
    return show_window(chat, (first, first + timedelta(days=14)))


def write_window(window: Window) -> str:
    return f"{window[0].isoformat()}{BETWEEN_DAYS}{window[1].isoformat()}"


def show_window(chat: ChatContext, window: Window) -> str:
    return chat.words.window(*window)


WINDOW = Field(
    "window",
    read=read_window,
    keypad=Calendar(span=True),
    write=write_window,
    show=show_window,
    max_length=80,
    example="next week",
    such_as=window_such_as,
)
