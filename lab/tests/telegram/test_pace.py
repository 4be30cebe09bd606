"""The rate limits of a bot, for every kind of message and at any time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.telegram.call import Refusal
from lab.telegram.pace import Pace
from lab.world import Clock


class Watch(Clock):
    """A clock that only moves when told."""

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2026, 11, 21, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def tries(pace: Pace, chat: int, times: int) -> int:
    """Return how many of so many messages pass."""
    passed = 0
    for _ in range(times):
        try:
            pace.spend(chat)
        except Refusal:
            continue
        passed += 1
    return passed


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, 3, -4]), st.integers(1, 40), st.floats(0, 5)),
        min_size=1,
        max_size=30,
    )
)
def test_no_stretch_of_time_takes_more_than_a_burst_and_what_has_grown_since(
    bursts: list[tuple[int, int, float]],
) -> None:
    watch = Watch()
    pace, begin = Pace(watch), watch.at
    written: dict[int, int] = {}
    for chat, times, pause in bursts:
        written[chat] = written.get(chat, 0) + tries(pace, chat, times)
        seconds = (watch.at - begin).total_seconds()
        rate = pace.group_per_second if chat < 0 else pace.chat_per_second
        assert written[chat] <= 20 + rate * seconds + 1e-3
        assert sum(written.values()) <= 30 + pace.per_second * seconds + 1e-3
        watch.at += timedelta(seconds=pause)


def test_thirty_pass_a_second_in_all_and_retry_after_is_right() -> None:
    watch = Watch()
    pace = Pace(watch)
    assert sum(tries(pace, person, 1) for person in range(1, 61)) == 30
    with pytest.raises(Refusal) as refused:
        pace.spend(99)
    assert (refused.value.code, refused.value.description) == (429, "Too Many Requests: retry after 1")
    watch.at += timedelta(seconds=refused.value.parameters["retry_after"])
    pace.spend(99)


def test_an_edit_counts_a_quarter() -> None:
    pace = Pace(Watch())
    for _ in range(80):
        pace.spend(1, 0.25)
    with pytest.raises(Refusal):
        pace.spend(1, 0.25)
