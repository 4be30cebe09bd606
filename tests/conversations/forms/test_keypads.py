"""Keypads give what could have been typed, and nothing else; whatever is pressed, in whatever order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some

from config.platforms import PLATFORMS
from conversations.chat_context import ChatContext
from conversations.forms.keypads import BACK, DONE, MONTHS_AHEAD, Amount, Calendar, Keypad
from conversations.wording import Wordings, Words
from core.kernel.errors import Invalid
from core.kernel.quantity import Quantity

TODAY = date(2026, 11, 21)
MOST_CARRIED = 22  # characters of a button's 64 bytes that are left for a key


@dataclass
class Onlooker:
    """The part of a chat context that a keypad needs."""

    words: Words
    today: date = TODAY


CHAT = cast("ChatContext", Onlooker(Wordings(PLATFORMS).speak("en")))
AMOUNT = Amount(lambda _chat, _values: ("t", "bag_15kg"))


def play(pad: Keypad, *keys: str, value: Any = None) -> str:
    keyed = ""
    for key in keys:
        offered = {option.value for row in pad.keys(CHAT, keyed, value, {}).rows for option in row}
        assert key in offered, f"{key} is not among {sorted(offered)}"
        keyed = pad.after_key(CHAT, keyed, key, value, {})
    return keyed


def test_digits_a_unit_and_done_are_an_amount() -> None:
    assert AMOUNT.answer(play(AMOUNT, "2", "0", "0", "bag_15kg", ".", "5", DONE)) == "200.5 bag_15kg"


def test_a_digit_replaces_what_stood_and_back_shortens_it() -> None:
    reputation_badge = Quantity(Decimal(200), "t")
    assert play(AMOUNT, "3", value=reputation_badge) == "3 t"
    assert play(AMOUNT, BACK, value=reputation_badge) == "20 t"


@given(some.lists(some.sampled_from([*"0123456789", ".", BACK, "t", "bag_15kg"]), max_size=30))
def test_whatever_is_keyed_in_reads_as_an_amount_or_cannot_be_sent(keys: list[str]) -> None:
    keyed = ""
    for key in keys:
        keyed = AMOUNT.after_key(CHAT, keyed, key, None, {})
        drawn = AMOUNT.keys(CHAT, keyed, None, {})
        assert all(len(option.value) <= MOST_CARRIED for row in drawn.rows for option in row)
        if any(option.value == DONE for row in drawn.rows for option in row):
            amount, _, unit = (AMOUNT.answer(AMOUNT.after_key(CHAT, keyed, DONE, None, {})) or "").partition(" ")
            assert Quantity(Decimal(amount), unit)


@given(some.integers(0, 700), some.integers(0, 30))  # the last month that is shown ends in 740 days
def test_any_two_days_ahead_can_be_keyed_in(ahead: int, more: int) -> None:
    pad, first = Calendar(span=True), TODAY + timedelta(days=ahead)
    last, keyed = first + timedelta(days=more), ""
    for day in (first, last):
        for _ in range(MONTHS_AHEAD + 1):
            rows = pad.keys(CHAT, keyed, None, {}).rows
            keys = {
                option.label.strip("[]"): option.value for row in rows[2:8] for option in row if option.label != "·"
            }
            if keyed[:6] == f"{day:%Y%m}" or (not keyed and (day.year, day.month) == (TODAY.year, TODAY.month)):
                break
            keyed = pad.after_key(CHAT, keyed, rows[0][-1].value, None, {})
        assert all(len(option.value) <= MOST_CARRIED for row in rows for option in row)
        keyed = pad.after_key(CHAT, keyed, keys[str(day.day)], None, {})
    assert pad.answer(keyed) == f"{first} – {last}"


def test_no_day_that_is_over_can_be_chosen() -> None:
    rows = Calendar().keys(CHAT, "", None, {}).rows
    assert sum(option.value.startswith(DONE) for row in rows for option in row) == 10  # 21 to 30 November


def test_the_month_of_what_was_answered_before_is_on_show_also_where_that_has_become_a_moment() -> None:
    for value in (date(2027, 2, 3), datetime(2027, 2, 3, 10, tzinfo=UTC), (date(2027, 2, 3), date(2027, 2, 9))):
        title = Calendar(span=isinstance(value, tuple)).keys(CHAT, "", value, {}).rows[0][1]
        assert title.label == "February 2027"


@pytest.mark.parametrize("key", ["", "20261", "=20261399", "202612/2026-9", "=2026120١-20261203"])
def test_a_key_that_we_cannot_have_drawn_is_refused(key: str) -> None:
    with pytest.raises(Invalid):
        Calendar(span=True).after_key(CHAT, "", key, None, {})


def test_a_calendar_is_headed_by_the_days_as_its_reader_writes_them_short() -> None:
    onlooker = cast("ChatContext", Onlooker(Wordings(PLATFORMS).speak("pl")))
    _, days, *_ = Calendar().keys(onlooker, "", None, {}).rows
    assert [day.label for day in days] == ["pon", "wt", "śr", "czw", "pt", "sob", "niedz"]
