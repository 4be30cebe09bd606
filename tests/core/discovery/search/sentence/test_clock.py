"""A clock time in a sentence of a seeker of advice is taken out in each language; other numbers stay."""

from __future__ import annotations

from datetime import date, time

import pytest

from core.discovery.search.problems import Clock, extract_clock_time
from core.discovery.search.service import parse_problem
from tests.core.discovery.search.sentence.reading import PLACES
from tests.core.goods import catalogue

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("told", "left", "at"),
    [
        ("someone who knows emissions, tomorrow 10:00", "someone who knows emissions, tomorrow", "10:00"),
        ("tomorrow at 3 pm, a lawyer", "tomorrow, a lawyer", "15:00"),
        ("12:15 am tomorrow", "tomorrow", "00:15"),
        ("Berater morgen 10 Uhr", "Berater morgen", "10:00"),
        ("morgen um 9 ein Anwalt", "morgen ein Anwalt", "09:00"),
        ("avocat demain à 10h30", "avocat demain", "10:30"),
        ("demain à 10 h", "demain", "10:00"),
        ("abogado mañana a las 10", "abogado mañana", "10:00"),
        ("prawnik jutro o godz. 10", "prawnik jutro", "10:00"),
        ("rytoj 10 val. teisininkas", "rytoj teisininkas", "10:00"),
        ("jurists rīt plkst. 10", "jurists rīt", "10:00"),
        ("homme kell 10 jurist", "homme jurist", "10:00"),
        ("avvocato domani alle 10", "avvocato domani", "10:00"),
        ("jurist imorgon kl 10.30", "jurist imorgon", "10:30"),
        ("юрист завтра о 10", "юрист завтра", "10:00"),
        ("tomorrow 10:00-12:00", "tomorrow", "10:00"),
    ],
)
def test_a_clock_time_is_taken_out(told: str, left: str, at: str) -> None:
    clock = extract_clock_time(told, catalogue(), TODAY)
    assert (clock.text.replace(" ,", ","), clock.at) == (left, at)


@pytest.mark.parametrize(
    "told",
    ["boiler at 10 bar", "under 80 eur/h", "pellets at 200 €/t", "12 km from Vilnius", "a 50:50 mix", "B10", "boiler"],
)
def test_other_numbers_are_no_time(told: str) -> None:
    assert extract_clock_time(told, catalogue(), TODAY) == Clock(told, None)


@pytest.mark.parametrize(
    ("told", "now", "day"),
    [
        ("a lawyer Sunday at 10:00", "10:26", date(2026, 11, 29)),
        ("a lawyer on Sunday at 10:00", "10:26", date(2026, 11, 29)),
        ("Anwalt Sonntag 10 Uhr", "10:26", date(2026, 11, 29)),
        ("teisininkas sekmadienį 10 val.", "10:26", date(2026, 11, 29)),
        ("a lawyer Sunday at 10:30", "10:26", TODAY),
        ("a lawyer Sunday", "10:26", TODAY),
        ("a lawyer today at 10:00", "10:26", TODAY),
        ("a lawyer Monday at 10:00", "10:26", date(2026, 11, 23)),
    ],
)
def test_an_hour_of_this_weekday_that_is_over_is_next_weeks(told: str, now: str, day: date) -> None:
    said = parse_problem(told, catalogue(), PLACES, TODAY, now=time.fromisoformat(now)).parsed
    assert said.window == (day, day)
