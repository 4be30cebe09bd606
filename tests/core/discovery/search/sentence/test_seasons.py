"""Windows that have a name are read in each language, and no company or town is taken for one."""

from __future__ import annotations

from datetime import date

import pytest

from core.catalogue.language.places import Places
from core.catalogue.language.times.days import DateWindow, from_then_on, has_no_end, proposed
from core.discovery.search.problems import extract_clock_time
from core.discovery.search.service import parse
from tests.core.goods import catalogue

SUNDAY = date(2026, 11, 22)
WINTER = DateWindow(date(2026, 12, 1), date(2027, 2, 28))
FRIDAY = date(2026, 11, 27)


def window_of(text: str, today: date = SUNDAY) -> DateWindow | None:
    return parse(text, catalogue(), Places([]), today).window


@pytest.mark.parametrize(
    "text",
    [
        "pellets for this winter",
        "Pellets für den Winter",
        "granulés pour cet hiver",
        "pellets para este invierno",
        "pelety na zimę",
        "granulės šią žiemą",
        "granulas šoziem",
        "pelletid talveks",
        "pellet per l'inverno",
        "pellets till vintern",
        "пелети на зиму",
    ],
)
def test_a_season_is_a_window(text: str) -> None:
    assert window_of(text) == WINTER


@pytest.mark.parametrize(
    "text",
    [
        "before Christmas",
        "vor Weihnachten",
        "avant Noël",
        "antes de Navidad",
        "przed świętami",
        "iki Kalėdų",
        "līdz Ziemassvētkiem",
        "jõuludeni",
        "entro Natale",
        "före jul",
        "до Різдва",
    ],
)
def test_christmas_is_a_last_day(text: str) -> None:
    assert window_of(f"pellets {text}") == (SUNDAY, date(2026, 12, 24))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("next spring", date(2027, 3, 1), date(2027, 5, 31)),
        ("im Frühjahr", date(2027, 3, 1), date(2027, 5, 31)),
        ("this autumn", SUNDAY, date(2026, 11, 30)),  # what is left of it
        ("next autumn", date(2027, 9, 1), date(2027, 11, 30)),
        ("for the heating season", SUNDAY, date(2027, 4, 30)),
        ("next heating season", date(2027, 10, 1), date(2028, 4, 30)),
        ("this year", SUNDAY, date(2026, 12, 31)),
        ("nächstes Jahr", date(2027, 1, 1), date(2027, 12, 31)),
        ("do nowego roku", SUNDAY, date(2026, 12, 31)),
        ("end of this year", date(2026, 12, 1), date(2026, 12, 31)),
        ("by Friday", SUNDAY, FRIDAY),
        ("on Friday 4 December", date(2026, 12, 4), date(2026, 12, 4)),
        ("nächsten Freitag", FRIDAY, FRIDAY),
        ("w piątek", FRIDAY, FRIDAY),
        ("šį penktadienį", FRIDAY, FRIDAY),
        ("у п'ятницю", FRIDAY, FRIDAY),
    ],
)
def test_other_names_of_time(text: str, first: date, last: date) -> None:
    assert window_of(f"wood pellets {text}") == (first, last)


def test_in_winter_the_next_one_is_another() -> None:
    assert window_of("pellets this winter", date(2027, 1, 10)) == (date(2027, 1, 10), date(2027, 2, 28))
    assert window_of("pellets next winter", date(2027, 1, 10)) == (date(2027, 12, 1), date(2028, 2, 29))
    assert window_of("pellets before christmas", date(2026, 12, 27)) == (date(2026, 12, 27), date(2027, 12, 24))


@pytest.mark.parametrize("text", ["winter diesel", "Sonntag GmbH pellets", "pellets Środa Śląska", "Summer chips"])
def test_a_name_is_no_time(text: str) -> None:
    assert window_of(text) is None


@pytest.mark.parametrize("text", ["from January", "ab Januar", "od stycznia", "nuo sausio", "від січня"])
def test_start_alone_has_no_end_in_a_search(text: str) -> None:
    window = window_of(f"pellets {text}")
    assert window == (date(2027, 1, 1), date(2027, 1, 31))  # what a form proposes
    searched = from_then_on(window)
    assert searched == (date(2027, 1, 1), date(2028, 1, 2))
    assert has_no_end(searched)
    assert proposed(searched) == window


@pytest.mark.parametrize(
    ("told", "left", "day", "at"),
    [
        ("lawyer Tuesday", "lawyer", date(2026, 11, 24), None),
        ("lawyer Monday 10:00", "lawyer", date(2026, 11, 23), "10:00"),
        ("teisininkas antradienį", "teisininkas", date(2026, 11, 24), None),
        ("a lawyer next week", "a lawyer next week", None, None),
    ],
)
def test_bare_weekday_is_a_day_in_a_search_for_advice(told: str, left: str, day: date | None, at: str | None) -> None:
    clock = extract_clock_time(told, catalogue(), SUNDAY)
    assert (clock.text, clock.day, clock.at) == (left, day, at)


@pytest.mark.parametrize(
    ("text", "today", "days"),
    [
        ("pellets next Sunday", SUNDAY, (date(2026, 11, 29), date(2026, 11, 29))),
        ("granulés dimanche prochain", SUNDAY, None),  # without an article it may be a person's name
        ("granulés le dimanche prochain", SUNDAY, (date(2026, 11, 29), date(2026, 11, 29))),
        ("pellets by next Sunday", SUNDAY, (SUNDAY, date(2026, 11, 29))),
        ("pellets this Sunday", SUNDAY, (SUNDAY, SUNDAY)),
        ("pellets next Friday", SUNDAY, (FRIDAY, FRIDAY)),
    ],
)
def test_the_next_day_of_todays_name_is_not_today(text: str, today: date, days: tuple[date, date] | None) -> None:
    assert window_of(text, today) == (days and DateWindow(*days))
