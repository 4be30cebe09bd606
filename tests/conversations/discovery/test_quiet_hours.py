"""A time of day as people say it where quiet hours are asked for."""

from __future__ import annotations

from datetime import time

import pytest

from config.reference import reference
from conversations.discovery.quiet_hours import clock_in


@pytest.mark.parametrize(
    ("said", "clock"),
    [
        ("21", time(21)),
        ("21:30", time(21, 30)),
        ("9.15", time(9, 15)),
        ("10 pm", time(22)),
        ("10 wieczorem", time(22)),
        ("10 Uhr abends", time(22)),
        ("о 10 вечора", time(22)),
        ("22 wieczorem", time(22)),
        ("7 rano", time(7)),
        ("12 am", time(0)),
        ("7 ryto", time(7)),
        ("24", None),
        ("22 am", None),
        ("soon", None),
        ("7 pellets", None),
    ],
)
def test_an_hour_is_read_with_the_half_of_the_day_that_is_meant(said: str, clock: time | None) -> None:
    assert clock_in(said, reference()[0]) == clock
