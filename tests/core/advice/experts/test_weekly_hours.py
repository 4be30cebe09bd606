"""Weekly hours out of one sentence, as people of eleven languages write it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.advice.availability.weekly_hours import DAY, Span, joined, read_hours, zone_named
from core.kernel.errors import Invalid

MORNING, WORKDAY = Span(9 * 60, 12 * 60), Span(9 * 60, 17 * 60)
MONDAY_TO_THURSDAY = [0, 1, 2, 3]

IN_ELEVEN_LANGUAGES = {
    "en": "Mon-Thu 9-17 Vilnius",
    "de": "Montag bis Donnerstag 9-17 Uhr Vilnius",
    "fr": "lun-jeu de 9h à 17h Vilnius",
    "es": "lunes a jueves de 9 a 17 Vilnius",
    "pl": "pon-czw od 9 do 17 Wilno",
    "lt": "pirmadienis–ketvirtadienis nuo 9 iki 17 val. Vilnius",
    "lv": "pirmdiena-ceturtdiena no 9 līdz 17 Viļņa",
    "et": "esmaspäev kuni neljapäev 9.00-17.00 Vilnius",
    "it": "lun-gio dalle 9 alle 17 Vilnius",
    "sv": "måndag till torsdag 9-17 Vilnius",
    "uk": "пн-чт з 9 до 17 Вільнюс",
}


@pytest.mark.parametrize(("language", "sentence"), IN_ELEVEN_LANGUAGES.items())
def test_the_same_week_in_eleven_languages(language: str, sentence: str) -> None:
    hours = read_hours(sentence, language)

    assert hours.days == dict.fromkeys(MONDAY_TO_THURSDAY, (WORKDAY,))
    assert hours.zone == "Europe/Vilnius"


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("Mon-Thu 9-12, 14-17", {day: (MORNING, Span(14 * 60, 17 * 60)) for day in MONDAY_TO_THURSDAY}),
        ("Mon, Wed 9-12; Fri 14:30-16", {0: (MORNING,), 2: (MORNING,), 4: (Span(870, 960),)}),
        ("Mon 9-12 Wed 9am - 5pm", {0: (MORNING,), 2: (WORKDAY,)}),
        ("weekdays 9-17", dict.fromkeys(range(5), (WORKDAY,))),
        ("Sat-Mon 9-12", dict.fromkeys((0, 5, 6), (MORNING,))),
        ("9-17", dict.fromkeys(range(7), (WORKDAY,))),
        ("Friday closed", {4: ()}),
        ("Fri 20-2", {4: (Span(1200, DAY + 120),)}),
        ("daily 0-24", dict.fromkeys(range(7), (Span(0, DAY),))),
        ("Mon 9-11, 10-12", {0: (MORNING,)}),
        ("Mon 12am-12pm", {0: (Span(0, 720),)}),
    ],
)
def test_sentence_gives_the_weekly_hours(sentence: str, days: dict[int, tuple[Span, ...]]) -> None:
    assert read_hours(sentence).days == days


@pytest.mark.parametrize(
    ("sentence", "language", "days"),
    [
        ("pn-czw 9-12", "pl", MONDAY_TO_THURSDAY),
        ("pn-pt 9-12", "pl", range(5)),
        ("nd 9-12", "pl", (6,)),
        ("E-N 9-12", "et", MONDAY_TO_THURSDAY),
        ("P-C 9-12", "lv", MONDAY_TO_THURSDAY),
    ],
)
def test_days_as_short_as_they_are_written(sentence: str, language: str, days: Sequence[int]) -> None:
    assert read_hours(sentence, language).days == dict.fromkeys(days, (MORNING,))


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("Mo-Do 9-12 Wien", MONDAY_TO_THURSDAY),  # "do" is Polish for "to": not Monday alone
        ("pn-czw 9-12 Warszawa", MONDAY_TO_THURSDAY),
        ("lunes-jueves 9-12 Madrid", MONDAY_TO_THURSDAY),
        ("P-C 9-12", MONDAY_TO_THURSDAY),  # Latvian; Estonians write P for Sunday, but no C
    ],
)
def test_days_in_a_language_other_than_the_chats(sentence: str, days: Sequence[int]) -> None:
    """Understood when only one meaning is left; never read as something else in silence."""
    assert read_hours(sentence).days == dict.fromkeys(days, (MORNING,))
    known = read_hours(sentence, towns=lambda name: "Europe/Vienna" if name in ("Wien", "Madrid", "Warszawa") else None)
    assert known.days == dict.fromkeys(days, (MORNING,)), "a town that is known makes no other language of it"


def test_days_that_mean_something_else_in_each_language_are_asked_back() -> None:
    with pytest.raises(Invalid):
        read_hours("P-T 9-12")  # from Sunday in Estonian, from Monday in Latvian


@pytest.mark.parametrize("sentence", ["Fr frei", "Freitag frei", "Fr. frei"])
def test_a_free_day_is_not_friday_twice(sentence: str) -> None:
    assert read_hours(sentence, "de").days == {4: ()}


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("", "hours.nothing"),
        ("Mon-Fri", "hours.no_times"),
        ("Mon 9", "hours.no_end"),
        ("Mon 9-", "hours.no_end"),
        ("Mon -17", "hours.no_start"),
        ("Mon 9-9", "hours.empty"),
        ("Mon 25-26", "hours.not_a_time"),
        ("Mon 13pm-14pm", "hours.not_a_time"),
        ("Mon 9-17 Atlantis", "hours.word_unknown"),
        ("Mon 9-17 🙂", "hours.word_unknown"),
        ("Mon 9-17 " * 100, "hours.too_long"),
    ],
)
def test_a_sentence_that_makes_no_sense_is_told_why(sentence: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_hours(sentence)

    assert refused.value.code == code
    assert refused.value.field == "hours"


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("New York", "America/New_York"),
        ("Europe/Riga", "Europe/Riga"),
        ("CET", "Europe/Brussels"),
        ("Nowhere", None),
    ],
)
def test_zones_by_the_names_that_people_use(name: str, zone: str | None) -> None:
    assert zone_named(name) == zone


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        hours = read_hours(text)
    except Invalid:
        return
    assert hours.days
    assert all(0 <= span.start < span.end <= DAY for spans in hours.days.values() for span in spans)


@given(st.lists(st.tuples(st.integers(0, DAY - 1), st.integers(1, DAY)).filter(lambda pair: pair[0] < pair[1])))
def test_joined_spans_cover_the_same_minutes_and_never_touch(pairs: list[tuple[int, int]]) -> None:
    spans = [Span(*pair) for pair in pairs]

    whole = joined(spans)

    assert {m for s in whole for m in range(s.start, s.end)} == {m for s in spans for m in range(s.start, s.end)}
    assert all(left.end < right.start for left, right in pairwise(whole))


def test_the_invented_consultants_write_hours_that_can_be_read() -> None:
    """A fresh lab opens with them: one sentence that cannot be read would keep the whole market closed."""
    invented = yaml.safe_load((Path(__file__).parents[4] / "tools/seed/experts.yaml").read_text("utf-8"))
    for expert in invented:
        hours = read_hours(expert["hours"], expert["language"])
        assert hours.zone is not None, expert["person"]
        assert any(hours.days.values()), expert["person"]
