"""Special days: changes of a consultant's hours in one message, and the moments that a seeker proposes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.advice.availability.proposed_times import read_moments, write_moments
from core.advice.availability.special_days import Change, is_bare_change, read_change
from core.advice.availability.weekly_hours import Span
from core.kernel.errors import Invalid

TODAY = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FRIDAY = date(2026, 11, 27)
CHRISTMAS_EVE = date(2026, 12, 24)
AFTERNOON = (Span(14 * 60, 16 * 60),)


def kaunas(name: str) -> str | None:
    return "Europe/Vilnius" if name.lower() == "kaunas" else None


# --- hours ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Fri 27 Nov 14-16"),
        ("en", "Nov 27th 14-16"),
        ("en", "on 27/11 only 14:00-16:00"),
        ("en", "2026-11-27 2pm-4pm"),
        ("de", "Fr, 27. November 14-16 Uhr"),
        ("de", "am 27.11. nur 14-16"),
        ("fr", "vendredi 27 novembre de 14h a 16h"),
        ("es", "el 27 de noviembre de 14 a 16"),
        ("pl", "27 listopada 14-16"),
        ("lt", "lapkričio 27 d. 14-16"),
        ("lv", "27. novembris 14-16"),
        ("et", "27. november 14-16"),
        ("it", "27 novembre dalle 14 alle 16"),
        ("sv", "den 27 november 14-16"),
        ("uk", "27 листопада 14-16"),
    ],
)
def test_one_day_is_changed_in_one_message(language: str, sentence: str) -> None:
    change = read_change(sentence, language, TODAY)

    assert (change.week, change.days) == (None, {FRIDAY: AFTERNOON})


@pytest.mark.parametrize(
    ("language", "this", "not_this"),
    [
        ("en", "this Friday 14-16", "not this Friday"),
        ("de", "diesen Freitag 14-16 Uhr", "diesen Freitag nicht"),
        ("fr", "ce vendredi de 14h à 16h", "pas ce vendredi"),
        ("es", "este viernes de 14 a 16", "este viernes no"),
        ("pl", "w ten piątek 14-16", "nie w ten piątek"),
        ("lt", "šį penktadienį 14-16", "ne šį penktadienį"),
        ("lv", "šo piektdien 14-16", "ne šo piektdien"),
        ("et", "sel reedel 14-16", "mitte sel reedel"),
        ("it", "questo venerdì dalle 14 alle 16", "non questo venerdì"),
        ("sv", "den här fredagen 14-16", "inte den här fredagen"),
        ("uk", "цю п'ятницю 14-16", "не цю п’ятницю"),
    ],
)
def test_this_friday_is_the_next_one_alone(language: str, this: str, not_this: str) -> None:
    assert read_change(this, language, TODAY) == Change(None, {FRIDAY: AFTERNOON})
    assert read_change(not_this, language, TODAY) == Change(None, {FRIDAY: ()})


def test_a_short_name_of_a_day_is_no_word_for_this_day() -> None:
    change = read_change("So Mo 14-16", "de", TODAY)

    assert change.week is not None
    assert change.week.days == {0: AFTERNOON, 6: AFTERNOON}


def test_a_night_is_of_the_day_that_it_begins_on() -> None:
    night = (Span(22 * 60, 26 * 60),)

    assert read_change("Fri 27 Nov 22-2", "en", TODAY) == Change(None, {FRIDAY: night})
    assert str(night[0]) == "22:00–02:00"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "change Friday"),
        ("de", "ändere den Freitag"),
        ("fr", "change le vendredi"),
        ("es", "cambia el viernes"),
        ("pl", "zmień piątek"),
        ("lt", "pakeisk penktadienį"),
        ("lv", "maini piektdienu"),
        ("et", "muuda reedet"),
        ("it", "cambia il venerdì"),
        ("sv", "ändra fredagen"),
        ("uk", "зміни п'ятницю"),
    ],
)
def test_a_change_that_says_no_hours_is_known(language: str, sentence: str) -> None:
    assert is_bare_change(sentence, language)
    assert not is_bare_change(sentence.split(maxsplit=1)[0], language)
    assert not is_bare_change("change the pellets", language)


@pytest.mark.parametrize("sentence", ["off on 24 Dec", "24 Dec closed", "Thu 24 Dec off"])
def test_a_day_off(sentence: str) -> None:
    assert read_change(sentence, "en", TODAY).days == {CHRISTMAS_EVE: ()}


@pytest.mark.parametrize("sentence", ["24. Dez. frei", "24.12. frei", "frei am 24. Dez.", "Do 24. Dez. frei"])
def test_a_day_off_in_german(sentence: str) -> None:
    assert read_change(sentence, "de", TODAY).days == {CHRISTMAS_EVE: ()}


def test_days_off_over_the_turn_of_the_year_and_a_weekday_for_good() -> None:
    change = read_change("24 Dec - 2 Jan off; change Friday to 14-16", "en", TODAY)

    assert (min(change.days), max(change.days), len(change.days)) == (CHRISTMAS_EVE, date(2027, 1, 2), 10)
    assert not any(change.days.values())
    assert change.week is not None
    assert change.week.days == {4: AFTERNOON}


@pytest.mark.parametrize("today", [date(2027, 12, 31), date(2028, 2, 29), date(2028, 3, 1)])
def test_a_leap_day_is_known_the_winter_before_and_still_when_it_is_over(today: date) -> None:
    assert read_change("29 Feb off", "en", today).days == {date(2028, 2, 29): ()}


@pytest.mark.parametrize("town", ["Kaunas", "in Kaunas", "Kaunas time"])
def test_a_town_that_no_clock_is_named_after_is_known_by_the_gazetteer(town: str) -> None:
    change = read_change(f"Mon-Fri 14-16 {town}", "en", TODAY, kaunas)

    assert change.week is not None
    assert change.week.zone == "Europe/Vilnius"


@pytest.mark.parametrize("sentence", ["off 9 Mar - 25 Mar", "9 Mar - 25 Mar closed", "9 March – 25 Mar off"])
@pytest.mark.parametrize("language", ["en", "fr", "es", "it"])
def test_a_month_that_is_also_a_weekday_is_one_between_two_dates(language: str, sentence: str) -> None:
    """ "mar" is Tuesday in three languages."""
    days = read_change(sentence, language, TODAY).days
    assert (min(days), max(days), len(days), set(days.values())) == (date(2027, 3, 9), date(2027, 3, 25), 17, {()})


def test_a_month_that_is_also_a_weekday_is_no_date_among_hours() -> None:
    change = read_change("lun 9-12 mar 14-16", "es", TODAY)

    assert change.week is not None
    assert change.week.days == {0: (Span(540, 720),), 1: AFTERNOON}


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("Thu 27 Nov 14-16", "hours.not_that_weekday"),
        ("31 Nov off", "hours.no_such_day"),
        ("27 Nov", "hours.no_times"),
        ("27 Nov 14-16 Vilnius", "hours.one_zone"),
        ("2026-12-24 - 2026-12-20 off", "hours.range_unclear"),
        ("27 Nov 14-16 banana", "hours.word_unknown"),
        ("x" * 301, "hours.too_long"),
    ],
)
def test_impossible_change_is_asked_back(sentence: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_change(sentence, "en", TODAY)

    assert refusal.value.code == code


@given(st.text(max_size=60))
def test_whatever_is_written_is_read_or_refused(sentence: str) -> None:
    for read in (
        lambda: read_change(sentence, "en", TODAY),
        lambda: read_moments(sentence, "en", NOW, "Europe/Vilnius"),
    ):
        with suppress(Invalid):
            read()


# --- moments ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moments"),
    [
        ("Tue 10:00, 14:30 or 27 Nov 9am", "2026-11-24T08:00Z 2026-11-24T12:30Z 2026-11-27T07:00Z"),
        ("tomorrow 10", "2026-11-24T08:00Z"),
        ("today 18h; 2026-12-01 18:30", "2026-11-23T16:00Z 2026-12-01T16:30Z"),
        ("Tue 10:00 EET", "2026-11-24T08:00Z"),
        ("Mon 11:15, 14:30", "2026-11-23T09:15Z 2026-11-23T12:30Z"),  # it is Monday, eleven o'clock
        ("Mon 11:00, 14:30", "2026-11-30T09:00Z 2026-11-30T12:30Z"),
    ],
)
def test_own_times_are_read_by_ones_own_clock(text: str, moments: str) -> None:
    read = read_moments(text, "en", NOW, "Europe/Vilnius")

    assert write_moments(read) == moments
    assert read_moments(moments, "en", NOW, "Europe/Vilnius") == read


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10:00", "times.no_day"),
        ("Tue", "times.nothing"),
        ("Tue banana 10", "times.word_unknown"),
        ("24-26 Dec 10:00", "times.range"),
        ("Tue 25:00", "hours.not_a_time"),
        ("Tue 10:00 CET", "times.zone_unclear"),
    ],
)
def test_a_time_that_is_unclear_is_asked_back(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_moments(text, "en", NOW, "Europe/Vilnius")

    assert refusal.value.code == code


def test_a_time_that_the_clocks_skip_or_show_twice_is_asked_back() -> None:
    """On the days when the clocks change, an hour is missing or comes twice: which is meant is asked back."""
    with pytest.raises(Invalid, match=r"time\.skipped") as skipped:
        read_moments("28 Mar 2027 3:30", "en", NOW, "Europe/Vilnius")
    assert skipped.value.parts["next"] == datetime(2027, 3, 28, 1, tzinfo=UTC)

    with pytest.raises(Invalid, match=r"time\.twice"):
        read_moments("31 Oct 2027 3:30", "en", NOW, "Europe/Vilnius")
    first, second = (read_moments(f"31 Oct 2027 3:30 {zone}", "en", NOW, "Europe/Vilnius") for zone in ("EEST", "EET"))
    assert (write_moments(first), write_moments(second)) == ("2027-10-31T00:30Z", "2027-10-31T01:30Z")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "off next week"),
        ("en", "not next week"),
        ("pl", "urlop w przyszłym tygodniu"),
        ("de", "nächste Woche Urlaub"),
        ("fr", "absent la semaine prochaine"),
        ("es", "vacaciones la próxima semana"),
        ("it", "in ferie la prossima settimana"),
        ("uk", "наступного тижня відпустка"),
    ],
)
def test_next_week_is_seven_days(language: str, sentence: str) -> None:
    change = read_change(sentence, language, date(2026, 11, 23))
    assert change.days == {date(2026, 11, 30) + timedelta(days=number): () for number in range(7)}


@pytest.mark.parametrize("sentence", ["urlop 24-26 grudnia", "holiday 24-26 December", "Urlaub 24.-26. Dezember"])
def test_a_holiday_closes_its_days(sentence: str) -> None:
    assert read_change(sentence, "pl", date(2026, 11, 23)).days == {date(2026, 12, day): () for day in (24, 25, 26)}


def test_until_a_day_is_more_than_that_day() -> None:
    with pytest.raises(Invalid):
        read_change("holiday until 12 January", "en", date(2026, 11, 23))
