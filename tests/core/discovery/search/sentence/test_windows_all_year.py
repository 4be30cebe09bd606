"""Delivery dates without a year, said on any day: over New Year, when they have begun, and on 29 February."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue.language.fields import parse_date_window
from core.catalogue.language.times.windows import JUST_PASSED
from core.kernel.errors import Refusal
from tests.core.discovery.search.sentence.reading import CATALOGUE

ALWAYS = (  # phrases that forms and refusals propose, and others as common
    *("tomorrow", "this week", "next week", "this month", "next month", "W50", "W50-W52", "W50-W2", "Q1", "in March"),
    *("Oct - Jan", "from 1 October"),
)
BY_THE_DAY = {  # last day of each; for a while it counts as just passed, then as next year's
    "15 Dec": (12, 15),
    "1-15 Dec": (12, 15),
    "28.12.-3.1.": (1, 3),
    "20 Dec - 5 Jan": (1, 5),
    "until 31 January": (1, 31),
    "28 Feb": (2, 28),
}


@settings(deadline=None, max_examples=300)
@given(today=st.dates(date(2026, 1, 1), date(2033, 12, 31)), said=st.sampled_from(ALWAYS))
def test_proposed_window_is_valid_on_any_day(today: date, said: str) -> None:
    window = parse_date_window(said, CATALOGUE, today)
    assert today - timedelta(days=183) <= window.first <= window.last
    assert today <= window.last <= today + timedelta(days=366 + 31)


@settings(deadline=None, max_examples=300)
@given(today=st.dates(date(2026, 1, 1), date(2033, 12, 31)), said=st.sampled_from(sorted(BY_THE_DAY)))
def test_days_are_the_next_such_ones_unless_they_have_just_passed(today: date, said: str) -> None:
    last = max(each for year in (-1, 0) if (each := date(today.year + year, *BY_THE_DAY[said])) < today)
    if today - last <= JUST_PASSED:
        with pytest.raises(Refusal) as refused:
            parse_date_window(said, CATALOGUE, today)
        assert (refused.value.code, refused.value.parts["last"]) == ("window.in_the_past", last)
        return
    window = parse_date_window(said, CATALOGUE, today)
    assert today - timedelta(days=183) <= window.first <= window.last
    assert today <= window.last <= today + timedelta(days=366 + 31)


@pytest.mark.parametrize(
    ("today", "said", "first", "last"),
    [
        ("2026-11-22", "W50-W2", "2026-12-07", "2027-01-17"),
        ("2027-01-08", "W50-W2", "2026-12-07", "2027-01-17"),
        ("2026-12-01", "W53", "2026-12-28", "2027-01-03"),
        ("2027-01-02", "W53", "2026-12-28", "2027-01-03"),
        ("2026-12-28", "W1", "2027-01-04", "2027-01-10"),
        ("2027-01-02", "28.12.-3.1.", "2026-12-28", "2027-01-03"),
        ("2026-12-01", "28 Nov - 5 Dec", "2026-11-28", "2026-12-05"),
        ("2027-06-15", "1 March - 31 December", "2027-03-01", "2027-12-31"),
        ("2026-11-22", "1 September - 30 April", "2026-09-01", "2027-04-30"),
        ("2026-11-22", "5 January - 10 February 2028", "2028-01-05", "2028-02-10"),
        ("2026-11-22", "15 December 2027 - 5 January", "2027-12-15", "2028-01-05"),
        ("2027-11-22", "29 Feb", "2028-02-29", "2028-02-29"),
        ("2028-02-29", "29 Feb", "2028-02-29", "2028-02-29"),
        ("2028-02-29", "this month", "2028-02-29", "2028-02-29"),
        ("2028-01-31", "next month", "2028-02-01", "2028-02-29"),
        ("2026-12-31", "next month", "2027-01-01", "2027-01-31"),
        ("2026-11-22", "Dec-Feb", "2026-12-01", "2027-02-28"),
        ("2027-01-08", "December to February", "2026-12-01", "2027-02-28"),
        ("2027-03-01", "Dez.–Feb.", "2027-12-01", "2028-02-29"),
        ("2026-11-22", "nuo gruodžio iki vasario", "2026-12-01", "2027-02-28"),
        ("2026-11-22", "janvier à mars", "2027-01-01", "2027-03-31"),
        ("2026-11-22", "październik - grudzień", "2026-10-01", "2026-12-31"),
        ("2026-11-22", "з грудня 2027 до лютого", "2027-12-01", "2028-02-29"),
        ("2026-11-22", "Mar/Apr 2028", "2028-03-01", "2028-04-30"),
        ("2026-12-31", "in December", "2026-12-01", "2026-12-31"),
        ("2027-01-01", "in December", "2027-12-01", "2027-12-31"),
    ],
)
def test_the_year_that_is_meant(today: str, said: str, first: str, last: str) -> None:
    window = parse_date_window(said, CATALOGUE, date.fromisoformat(today))
    assert [day.isoformat() for day in window] == [first, last]


@pytest.mark.parametrize(
    ("today", "said", "code"),
    [
        ("2026-11-22", "15 Dec - 1 Dec", "window.ends_before_it_starts"),
        ("2026-11-22", "W52-W50", "window.ends_before_it_starts"),
        ("2026-11-22", "29 Feb", "window.no_such_day"),
        ("2028-03-01", "29 Feb", "window.in_the_past"),
        ("2027-11-22", "W53", "window.no_such_week"),
    ],
)
def test_impossible_window_is_refused_on_any_day(today: str, said: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_date_window(said, CATALOGUE, date.fromisoformat(today))
    assert refused.value.code == code


@settings(deadline=None, max_examples=100)
@given(
    said=st.sampled_from(
        ("March {}", "Q1 {}", "W50-{}", "Dec-Feb {}", "Dec {} - Feb", "from 31 Dec {}", "31.12.{}", "until {}-12-31")
    ),
    year=st.integers(0, 9999),
)
def test_any_year_is_a_window_or_is_refused(said: str, year: int) -> None:
    with suppress(Refusal):
        window = parse_date_window(said.format(f"{year:04}"), CATALOGUE, date(2026, 11, 22))
        assert window.first <= window.last
