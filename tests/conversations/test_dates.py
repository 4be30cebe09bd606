"""Days are written in one style for each language: alone, with their weekday, and as the ends of a span."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from babel import Locale

from config.reference import reference
from conversations.dates import day_in_words, span_in_words, weekday_in_words
from conversations.wording import Wordings
from core.search.sentence.fields import parse_date_window

FIRST, LAST = date(2026, 11, 3), date(2026, 11, 9)
LOCALES = ("en_GB", "en_US", "de", "fr", "es", "pl", "lt", "lv", "et", "it", "sv", "uk")


@pytest.mark.parametrize("code", LOCALES)
def test_what_a_day_is_written_with_is_what_a_span_is_written_with(code: str) -> None:
    """The month as the same word, the day and its mark the same, and all in the same order."""
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
        ("lt", "2026 lapkr. 3", "an, lapkr. 3", "2026 lapkr. 3–9"),
        ("de", "3. Nov. 2026", "Di., 3. Nov.", "3.–9. Nov. 2026"),
        ("it", "3 nov 2026", "mar 3 nov", "3–9 nov 2026"),
        ("lv", "2026. gada 3. nov.", "otrd., 3. nov.", "2026. gada 3.–9. nov."),
        ("en", "3 Nov 2026", "Tue 3 Nov", "3–9 Nov 2026"),
        ("en-US", "Nov 3, 2026", "Tue, Nov 3", "Nov 3 – 9, 2026"),
    ],
)
def test_the_cards_write_them_so(code: str, day: str, weekday: str, span: str) -> None:
    words = Wordings().speak(code)
    assert words.show(FIRST) == words.window(FIRST, FIRST) == day
    assert words.show(datetime(2026, 11, 3, 9, 5, tzinfo=UTC)) == f"{weekday}, 09:05 UTC"
    assert words.window(FIRST, LAST).replace("\u2009", " ") == span


@pytest.mark.parametrize("code", ["en_GB", "en_US", "de", "fr", "es", "lv", "et", "it", "sv"])
def test_a_day_that_is_shown_is_understood_when_it_is_typed(code: str) -> None:
    catalogue, _ = reference()
    for ahead in range(0, 27, 9):
        day = FIRST + timedelta(days=ahead)
        written = day_in_words(day, Locale.parse(code))
        assert parse_date_window(written, catalogue, FIRST) == (day, day), written


@pytest.mark.parametrize(
    "said", ["Tuesday 3 November", "Tuesday, Nov. 3", "Dienstag, 3. November", "вівторок 3 листопада 2026 р."]
)
def test_the_weekday_may_stand_beside_the_date(said: str) -> None:
    catalogue, _ = reference()
    assert parse_date_window(said, catalogue, FIRST) == (FIRST, FIRST)
