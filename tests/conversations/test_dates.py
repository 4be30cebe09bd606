"""Days are written in one style for each language: alone, with their weekday, and as the ends of a span."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from babel import Locale

from config.platforms import PLATFORMS
from config.reference import reference
from conversations.dates import day_in_words, span_in_words, weekday_in_words
from conversations.wording import Wordings
from core.catalogue.language.fields import parse_date_window
from core.catalogue.language.times.days import DateWindow
from core.discovery.search.service import parse

FIRST, LAST = date(2026, 11, 3), date(2026, 11, 9)
CERTAIN = 300  # days ahead; later in the year a day without its year may be one that has just passed
LOCALES = ("en_GB", "en_US", "de", "fr", "es", "pl", "lt", "lv", "et", "it", "sv", "uk")


@pytest.mark.parametrize("code", LOCALES)
def test_day_and_span_are_written_alike(code: str) -> None:
    """The month is the same word, the day and its mark are the same, all in the same order."""
    locale = Locale.parse(code)
    day, span = day_in_words(FIRST, locale), span_in_words(FIRST, LAST, locale)
    assert re.sub(r"3(\W+)9", r"3", span).replace(" ", "") in {
        day.replace(" ", ""),
        day.replace("3.", "3").replace(" ", ""),
    }
    without_year = span_in_words(FIRST, FIRST, locale, with_year=False)
    assert without_year in day
    assert weekday_in_words(FIRST, locale).endswith(without_year)


@pytest.mark.parametrize(
    ("code", "day", "weekday", "span"),
    [
        ("lt", "2026 m. lapkričio 3 d.", "an, lapkričio 3 d.", "2026 m. lapkričio 3–9 d."),
        ("de", "3. Nov. 2026", "Di., 3. Nov.", "3.–9. Nov. 2026"),
        ("it", "3 nov 2026", "mar 3 nov", "3–9 nov 2026"),
        ("lv", "2026. gada 3. nov.", "otrd., 3. nov.", "2026. gada 3.–9. nov."),
        ("en", "3 Nov 2026", "Tue 3 Nov", "3–9 Nov 2026"),
        ("en-US", "Nov 3, 2026", "Tue, Nov 3", "Nov 3 – 9, 2026"),
    ],
)
def test_the_cards_write_them_so(code: str, day: str, weekday: str, span: str) -> None:
    words = Wordings(PLATFORMS).speak(code)
    assert words.show(FIRST) == words.window(FIRST, FIRST) == day
    assert words.show(datetime(2026, 11, 3, 9, 5, tzinfo=UTC)) == f"{weekday}, 09:05 UTC"
    assert words.window(FIRST, LAST).replace("\u2009", " ") == span


def test_a_lithuanian_span_says_once_what_both_ends_share() -> None:
    lithuanian = Locale.parse("lt")
    spoken = {
        (date(2026, 12, 5), True): "2026 m. lapkričio 3 d. – gruodžio 5 d.",
        (date(2027, 1, 5), True): "2026 m. lapkričio 3 d. – 2027 m. sausio 5 d.",
        (date(2026, 12, 5), False): "lapkričio 3 d. – gruodžio 5 d.",
        (LAST, False): "lapkričio 3–9 d.",
    }
    catalogue, _ = reference()
    for (last, with_year), said in spoken.items():
        assert span_in_words(FIRST, last, lithuanian, with_year=with_year) == said
        assert parse_date_window(said, catalogue, FIRST) == (FIRST, last), said


@pytest.mark.parametrize("code", LOCALES)
def test_days_that_are_shown_are_understood_when_they_are_typed(code: str) -> None:
    catalogue, _ = reference()
    locale = Locale.parse(code)
    for ahead, days in product(range(0, 360, 31), (0, 6, 33, 90)):
        first = FIRST + timedelta(days=ahead)
        last = first + timedelta(days=days)
        written = span_in_words(first, last, locale)
        assert parse_date_window(written, catalogue, FIRST) == (first, last), written
        written = span_in_words(first, last, locale, with_year=False)
        if ahead + days < CERTAIN:
            assert parse_date_window(written, catalogue, FIRST) == (first, last), written


@pytest.mark.parametrize("said", ["2 gen ethanol", "2nd gen biodiesel", "24 sie", "100 set", "lis"])
def test_short_names_of_months_are_days_only_where_they_can_be(said: str) -> None:
    catalogue, places = reference()
    window = parse(said, catalogue, places, FIRST).window
    assert window == (DateWindow(date(2027, 8, 24), date(2027, 8, 24)) if said == "24 sie" else None)


@pytest.mark.parametrize(
    "said", ["Tuesday 3 November", "Tuesday, Nov. 3", "Dienstag, 3. November", "вівторок 3 листопада 2026 р."]
)
def test_the_weekday_may_stand_beside_the_date(said: str) -> None:
    catalogue, _ = reference()
    assert parse_date_window(said, catalogue, FIRST) == (FIRST, FIRST)
