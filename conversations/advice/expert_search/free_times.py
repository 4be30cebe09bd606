"""Free times of consultants: the next ones, or those on the days and at the hour that a seeker named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from conversations.advice.experts.card import slot_in_words
from conversations.advice.moment import written
from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.reply import Button
from core.advice.availability.slots import FURTHEST, Calendar, free_slots, spread
from core.advice.experts.model import Expert
from core.advice.sessions import slot_checks as session_slots
from core.catalogue.language.times.days import DateWindow
from core.discovery.search.model import ParsedQuery

SHOWN: Final = 3
DAYS_LOOKED_AT: Final = 14  # for an hour without a day

HasTime = Callable[[Expert, DateWindow], bool]


def has_time(chat: ChatContext) -> HasTime:
    """Return a check whether a consultant can be booked on one of the seeker's days. Each calendar is read once."""
    calendar_of = cache(partial(session_slots.calendar_of, chat.ctx))

    def has(expert: Expert, window: DateWindow) -> bool:
        slots = _within(chat, calendar_of(expert), _shortest(expert), window)
        return expert.live and next(slots, None) is not None

    return has


def next_slots(
    chat: ChatContext, expert: Expert, count: int = SHOWN, wished: ParsedQuery | None = None
) -> list[datetime]:
    """Return the next few slots on different days; none while the consultant is away.

    `wished`: slots on its days and nearest to its hour, if there are any.
    """
    if not expert.live:
        return []
    calendar, length = session_slots.calendar_of(chat.ctx, expert), _shortest(expert)
    named = _named(chat, calendar, length, wished)[:count] if wished is not None else []
    return named or spread(free_slots(calendar, chat.ctx.now, length), calendar.zone, count)


def at_that_time(chat: ChatContext, expert: Expert, wished: ParsedQuery) -> bool:
    """Return True if one of the slots of `next_slots` starts exactly at the requested hour."""
    slots = next_slots(chat, expert, wished=wished)
    return any(f"{slot.astimezone(chat.words.zone):%H:%M}" == wished.at for slot in slots)


def slot_button(chat: ChatContext, expert: Expert, slot: datetime, length: int, verb: str = "book.slot") -> Button:
    """Return the button of a slot. If there are several lengths, its label says this one."""
    several = len(expert.lengths) > 1
    label = f"{slot_in_words(chat, slot)} · {chat.words('session.minutes', count=length)}" if several else ""
    return Button(
        label=label or slot_in_words(chat, slot), press=press(verb, expert.id, choice=f"{written(slot)}.{length}")
    )


def _named(chat: ChatContext, calendar: Calendar, length: timedelta, wished: ParsedQuery) -> list[datetime]:
    """Return the slots on the requested days. With a requested hour, return the nearest slot of each day."""
    if wished.window is None and wished.at is None:
        return []
    window = wished.window or DateWindow(chat.today, chat.today + timedelta(days=DAYS_LOOKED_AT))
    slots = list(_within(chat, calendar, length, window))
    if wished.at is None:
        return spread(iter(slots), calendar.zone)
    return [_nearest(day, wished.at) for day in _by_day(slots, chat.words.zone)]


def _by_day(slots: Sequence[datetime], zone: ZoneInfo) -> Iterable[list[datetime]]:
    """Group the slots by the seeker's days, on their clock."""
    local = (slot.astimezone(zone) for slot in slots)
    return (list(of_day) for _, of_day in groupby(local, key=lambda slot: slot.date()))


def _nearest(slots: Sequence[datetime], at: str) -> datetime:
    hour = time.fromisoformat(at)
    slot = min(slots, key=lambda slot: abs(slot.hour * 60 + slot.minute - hour.hour * 60 - hour.minute))
    return slot.astimezone(UTC)


def _within(chat: ChatContext, calendar: Calendar, length: timedelta, window: DateWindow) -> Iterator[datetime]:
    """Yield the slots that begin on one of the seeker's days."""
    now, zone = chat.ctx.now, chat.words.zone
    begins, ends = _midnight(window.first, zone), _midnight(window.last + timedelta(days=1), zone)
    until = min(ends - timedelta(minutes=1), now + FURTHEST)
    # Earlier slots are skipped, because the notice period counts from now on.
    return free_slots(calendar, max(now, begins - calendar.notice), length, until)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _shortest(expert: Expert) -> timedelta:
    return timedelta(minutes=min(expert.lengths))
