"""Delivery windows as a form's answer: days, weeks, months and quarters, and those that are in no calendar."""

from __future__ import annotations

import pytest

from core.search.parse import parse_date_window
from tests.core.search.test_parse import CATALOGUE, TODAY, refusal


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("next week", "2026-11-23", "2026-11-29"),
        ("W37-2027", "2027-09-13", "2027-09-19"),
        ("KW 50", "2026-12-07", "2026-12-13"),
        ("W40-W43", "2027-10-04", "2027-10-31"),
        ("in March", "2027-03-01", "2027-03-31"),
        ("by 15 Dec", "2026-11-21", "2026-12-15"),
        ("2026-12-01..2026-12-15", "2026-12-01", "2026-12-15"),
        ("1-15 December 2026", "2026-12-01", "2026-12-15"),
        ("28.11.2026", "2026-11-28", "2026-11-28"),
        ("kitą savaitę", "2026-11-23", "2026-11-29"),
        ("do 15 grudnia", "2026-11-21", "2026-12-15"),
        ("Q1 2027", "2027-01-01", "2027-03-31"),
        ("tomorrow", "2026-11-22", "2026-11-22"),
        ("next month", "2026-12-01", "2026-12-31"),
        ("15 gru", "2026-12-15", "2026-12-15"),
        ("1-15 gru", "2026-12-01", "2026-12-15"),
        ("15. dets", "2026-12-15", "2026-12-15"),
        ("1.-15. dets", "2026-12-01", "2026-12-15"),
        ("gruodžio 1–15", "2026-12-01", "2026-12-15"),
        ("March 1-15, 2027", "2027-03-01", "2027-03-15"),
        ("50 sav.", "2026-12-07", "2026-12-13"),
        ("50. Woche", "2026-12-07", "2026-12-13"),
        ("v. 50", "2026-12-07", "2026-12-13"),
        ("15.12.", "2026-12-15", "2026-12-15"),
        ("1.-15.12.", "2026-12-01", "2026-12-15"),
        ("28.12.-3.1.", "2026-12-28", "2027-01-03"),
        ("bis 15.12.", "2026-11-21", "2026-12-15"),
    ],
)
def test_delivery_windows(text: str, first: str, last: str) -> None:
    window = parse_date_window(text, CATALOGUE, TODAY)
    assert [day.isoformat() for day in window] == [first, last]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("soon", "window.not_understood"),
        ("15.12", "window.not_understood"),
        ("95.50.", "window.not_understood"),
        ("31.2.", "window.no_such_day"),
        ("31 February 2027", "window.no_such_day"),
        ("W54-2027", "window.no_such_week"),
        ("2026-01-01", "window.in_the_past"),
        ("2026-12-15..2026-12-01", "window.ends_before_it_starts"),
        ("2026-12-15..2029-12-01", "window.too_long"),
    ],
)
def test_windows_that_cannot_be(text: str, code: str) -> None:
    assert refusal(lambda: parse_date_window(text, CATALOGUE, TODAY)).code == code
