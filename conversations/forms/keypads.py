"""Keypads for days and amounts, for people who hold a phone and would rather not type.

The keyed text is kept with the form, so a restart in the middle costs nothing. Where a form is one window, the window
has fields of its own.
"""

from __future__ import annotations

import calendar
import re
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Protocol

from babel import Locale
from babel.dates import get_day_names
from babel.numbers import get_decimal_symbol

from conversations.chat_context import ChatContext
from conversations.dates import month_in_words
from conversations.reply import Option
from core.catalogue.language.numbers import with_decimals
from core.kernel.errors import Invalid
from core.kernel.quantity import Quantity

Rows = tuple[tuple[Option, ...], ...]
Values = Mapping[str, Any]

MONTHS_AHEAD: Final = 24
BLANK: Final = "·"
DONE: Final = "="  # prefix of a complete answer
BACK: Final = "⌫"
DIGITS: Final = "0123456789"
WRITABLE: Final = re.compile(r"[0-9]{0,7}(\.[0-9]{0,3})?")  # from a kilogram of a tonne to more than any seller has
WRITTEN: Final = re.compile("[0-9]{6}(/[0-9]{8})?|=[0-9]{8}(-[0-9]{8})?")  # payload of a calendar's key
DAY: Final = re.compile("[0-9]{8}")


@dataclass(frozen=True, slots=True)
class Keys:
    """The current keys, and the keyed text in words."""

    rows: Rows
    keyed: str


class Keypad(Protocol):
    """`keyed`: the text keyed in so far, "" at the beginning. `value`: the existing answer, if any."""

    @abstractmethod
    def keys(self, chat: ChatContext, keyed: str, value: Any, values: Values) -> Keys:
        """Return the keys to show now."""

    @abstractmethod
    def after_key(self, chat: ChatContext, keyed: str, key: str, value: Any, values: Values) -> str:
        """Return the text keyed in after this key. Raises Invalid for an unknown key."""

    @abstractmethod
    def answer(self, keyed: str) -> str | None:
        """Return the answer after the last key. It reads back as if it had been typed."""


def _short_days(locale: Locale) -> list[str]:
    """Return the short names of the weekdays, Monday first, as calendars head their columns.

    Polish ones are not cut.
    """
    names = get_day_names("abbreviated" if locale.language == "pl" else "short", locale=locale)
    return [names[day].rstrip(".") for day in range(7)]


# --- days -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calendar(Keypad):
    """One month at a time; one day, or the first and the last of a `span`.

    A key carries the visible month and the first day, once there is one: "202612" or "202612/20261205".
    """

    span: bool = False

    def keys(self, chat: ChatContext, keyed: str, value: Any, values: Values) -> Keys:
        month, first = self._read(chat, keyed, value)
        words = chat.words
        rows = [self._turning(chat, month, first)]
        rows.append(tuple(Option(value=_at(month, first), label=name) for name in _short_days(words.locale)))
        weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
        earliest = first or chat.today
        rows += [tuple(self._day(chat, day, month, first) for day in week) for week in weeks if week[-1] >= earliest]
        if self.span and first is None:
            rows.append(self._usual(chat))
        if not self.span:
            return Keys(tuple(rows), "")
        asked = words("pad.first_day") if first is None else words("pad.last_day", first=first)
        return Keys(tuple(rows), asked)

    def after_key(self, chat: ChatContext, keyed: str, key: str, value: Any, values: Values) -> str:
        if not WRITTEN.fullmatch(key):
            raise Invalid("talk.unknown_button")
        for day in DAY.findall(key):
            _day_of(day)
        return key

    def answer(self, keyed: str) -> str | None:
        if not keyed.startswith(DONE):
            return None
        first, _, last = keyed.removeprefix(DONE).partition("-")
        return f"{_day_of(first)} – {_day_of(last)}" if last else f"{_day_of(first)}"

    @staticmethod
    def _read(chat: ChatContext, keyed: str, value: Any) -> tuple[date, date | None]:
        """Return the first of the visible month, and the first day of the span."""
        shown, _, first = keyed.partition("/")
        if not keyed:
            shown_month = value[0] if isinstance(value, tuple) else value
            if isinstance(shown_month, datetime):  # a moment that was named by its day
                shown_month = shown_month.astimezone(chat.words.zone).date()
            begins = shown_month if isinstance(shown_month, date) else chat.today
            return max(begins, chat.today).replace(day=1), None
        return _day_of(f"{shown}01"), _day_of(first) if first else None

    @staticmethod
    def _turning(chat: ChatContext, month: date, first: date | None) -> tuple[Option, ...]:
        before, after = month - timedelta(days=1), (month + timedelta(days=31)).replace(day=1)
        title = Option(value=_at(month, first), label=month_in_words(month, chat.words.locale))
        ahead = (after.year - chat.today.year) * 12 + after.month - chat.today.month
        back = (Option(value=_at(before, first), label="‹"),) if month > chat.today else ()
        on = (Option(value=_at(after, first), label="›"),) if ahead <= MONTHS_AHEAD else ()
        return (*back, title, *on)

    def _day(self, chat: ChatContext, day: date, month: date, first: date | None) -> Option:
        """Return a key for a day that can be chosen; a blank without effect for any other."""
        if day.month != month.month or day < (first or chat.today):
            return Option(value=_at(month, first), label=BLANK)
        label = f"[{day.day}]" if day == first else str(day.day)
        if not self.span:
            return Option(value=f"{DONE}{_short(day)}", label=label)
        chosen = _at(month, day) if first is None else f"{DONE}{_short(first)}-{_short(day)}"
        return Option(value=chosen, label=label)

    @staticmethod
    def _usual(chat: ChatContext) -> tuple[Option, ...]:
        """Return the most common windows: next week and next month."""
        monday = chat.today + timedelta(days=7 - chat.today.weekday())
        first = (chat.today.replace(day=1) + timedelta(days=31)).replace(day=1)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        return (
            Option(
                value=f"{DONE}{_short(monday)}-{_short(monday + timedelta(days=6))}", label=chat.words("pad.next_week")
            ),
            Option(value=f"{DONE}{_short(first)}-{_short(last)}", label=chat.words("pad.next_month")),
        )


def _at(month: date, first: date | None) -> str:
    return f"{month:%Y%m}/{_short(first)}" if first is not None else f"{month:%Y%m}"


def _short(day: date) -> str:
    return f"{day:%Y%m%d}"


def _day_of(short: str) -> date:
    try:
        return date(int(short[:4]), int(short[4:6]), int(short[6:8]))
    except ValueError as fault:
        raise Invalid("talk.unknown_button") from fault  # a payload that we could not have written


# --- amounts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount(Keypad):
    """Digits, a unit and Done: "200.5 t". A key carries one digit, so fast presses all count."""

    units: Callable[[ChatContext, Values], Collection[str]]

    def keys(self, chat: ChatContext, keyed: str, value: Any, values: Values) -> Keys:
        units = tuple(self.units(chat, values))
        digits, unit = self._split(keyed or _stored_value(value), units)
        point = get_decimal_symbol(chat.words.locale)
        pad = tuple(
            tuple(Option(value=key, label=point if key == "." else key) for key in row)
            for row in ("123", "456", "789", (".", "0", BACK))
        )
        kinds = tuple(
            Option(value=each, label=f"{'✓ ' if each == unit else ''}{chat.words.unit(each)}") for each in units[:3]
        )
        amount = _amount(digits)
        done = ((Option(value=DONE, label=chat.words("pad.done")),),) if amount else ()
        return Keys((*pad, kinds, *done), chat.words.show(Quantity(amount or Decimal(0), unit)))

    def after_key(self, chat: ChatContext, keyed: str, key: str, value: Any, values: Values) -> str:
        """Return the new text. A first digit begins a new amount; other keys change the existing one."""
        units = tuple(self.units(chat, values))
        digits, unit = self._split(keyed if key in DIGITS else keyed or _stored_value(value), units)
        if key == DONE:
            return f"{DONE}{digits} {unit}"
        if key in units:
            return f"{digits} {key}"
        if key == BACK:
            return f"{digits[:-1]} {unit}"
        if key not in DIGITS and key != ".":
            raise Invalid("talk.unknown_button")
        longer = f"{digits}{key}" if digits not in {"", "0"} or key == "." else key
        return f"{longer if WRITABLE.fullmatch(longer) else digits} {unit}"

    def answer(self, keyed: str) -> str | None:
        digits, space, unit = keyed.removeprefix(DONE).partition(" ")
        return f"{with_decimals(digits)}{space}{unit}" if keyed.startswith(DONE) else None

    @staticmethod
    def _split(keyed: str, units: tuple[str, ...]) -> tuple[str, str]:
        digits, _, unit = keyed.partition(" ")
        return digits, unit if unit in units else units[0]


def _stored_value(value: Any) -> str:
    return f"{value.amount:f} {value.unit}" if isinstance(value, Quantity) else ""


def _amount(digits: str) -> Decimal | None:
    """Return the number that the digits form; None for none yet."""
    plain = digits.strip(".")
    return (Decimal(f"0{digits}") or None) if plain else None
