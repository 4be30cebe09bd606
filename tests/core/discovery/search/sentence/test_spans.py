"""Parts of a month or a year, and time counted from today, as they are said in eleven languages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue.language.fields import parse_date_window
from core.catalogue.language.places import Places
from core.discovery.search.service import parse
from tests.core.discovery.search.sentence.reading import CATALOGUE

TODAY = date(2026, 11, 22)
PARTS = ("early", "mid", "late", "first half of", "second half of", "first week of", "last week of")
MONTHS = ("January", "Feb", "May", "September", "December", "next month", "the year")
COUNTED = ("within a week", "in 10 days", "in two weeks", "within 3 months")


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("early December", "2026-12-01", "2026-12-10"),
        ("mid-December", "2026-12-11", "2026-12-20"),
        ("Ende Januar", "2027-01-21", "2027-01-31"),
        ("first half of December", "2026-12-01", "2026-12-15"),
        ("zweite Hälfte Februar", "2027-02-16", "2027-02-28"),
        ("première quinzaine de décembre", "2026-12-01", "2026-12-15"),
        ("mi-décembre", "2026-12-11", "2026-12-20"),
        ("début d'octobre", "2027-10-01", "2027-10-10"),
        ("mediados de diciembre", "2026-12-11", "2026-12-20"),
        ("a metà dicembre", "2026-12-11", "2026-12-20"),
        ("na początku grudnia", "2026-12-01", "2026-12-10"),
        ("gruodžio pradžioje", "2026-12-01", "2026-12-10"),
        ("decembra vidū", "2026-12-11", "2026-12-20"),
        ("detsembri lõpus", "2026-12-21", "2026-12-31"),
        ("i slutet av december", "2026-12-21", "2026-12-31"),
        ("у другій половині грудня", "2026-12-16", "2026-12-31"),
        ("last week of November", "2026-11-24", "2026-11-30"),
        ("end of the month", "2026-11-21", "2026-11-30"),
        ("end of next month", "2026-12-21", "2026-12-31"),
        ("early 2027", "2027-01-01", "2027-02-28"),
        ("first half of 2027", "2027-01-01", "2027-06-30"),
        ("by the end of January", "2026-11-22", "2027-01-31"),
        ("bis Mitte Januar", "2026-11-22", "2027-01-20"),
        ("from mid December", "2026-12-11", "2027-01-10"),
        ("bis Jahresende", "2026-11-22", "2026-12-31"),
        ("do końca roku", "2026-11-22", "2026-12-31"),
        ("iki metų pabaigos", "2026-11-22", "2026-12-31"),
        ("līdz gada beigām", "2026-11-22", "2026-12-31"),
        ("до кінця року", "2026-11-22", "2026-12-31"),
        ("within two weeks", "2026-11-22", "2026-12-06"),
        ("in 10 Tagen", "2026-11-22", "2026-12-02"),
        ("dans 2 semaines", "2026-11-22", "2026-12-06"),
        ("w ciągu dwóch tygodni", "2026-11-22", "2026-12-06"),
        ("per dvi savaites", "2026-11-22", "2026-12-06"),
        ("divu nedēļu laikā", "2026-11-22", "2026-12-06"),
        ("kahe nädala jooksul", "2026-11-22", "2026-12-06"),
        ("entro tre settimane", "2026-11-22", "2026-12-13"),
        ("inom 2 veckor", "2026-11-22", "2026-12-06"),
        ("en dos semanas", "2026-11-22", "2026-12-06"),
        ("протягом трьох тижнів", "2026-11-22", "2026-12-13"),
    ],
)
def test_a_part_of_a_month_or_some_weeks_from_now(said: str, first: str, last: str) -> None:
    window = (date.fromisoformat(first), date.fromisoformat(last))
    assert tuple(parse_date_window(said, CATALOGUE, TODAY)) == window
    understood = parse(f"200 t wood pellets {said}", CATALOGUE, Places([]), TODAY)
    assert (understood.window, understood.product, understood.rest) == (window, "wood_pellets", "")


@settings(deadline=None, max_examples=300)
@given(
    today=st.dates(date(2026, 1, 1), date(2033, 12, 31)),
    said=st.one_of(
        st.builds("{} {}".format, st.sampled_from(PARTS), st.sampled_from(MONTHS[:-1])),
        st.builds("{} {}".format, st.sampled_from(PARTS[:5]), st.just("the year")),
        st.sampled_from(COUNTED),
    ),
)
def test_a_span_can_be_said_on_any_day(today: date, said: str) -> None:
    window = parse_date_window(said, CATALOGUE, today)
    assert today - timedelta(days=183) <= window.first <= window.last <= today + timedelta(days=366 + 31)
    assert today <= window.last


@pytest.mark.parametrize("said", ["fine sawdust", "pellets fine grade", "mid size chips", "2 week old hay", "H1 chips"])
def test_other_words_are_no_time(said: str) -> None:
    assert parse(said, CATALOGUE, Places([]), TODAY).window is None
