"""Delivery windows as a form's answer: days, weeks, months and quarters, and those that are in no calendar."""

from __future__ import annotations

import pytest

from core.catalogue.language.fields import parse_date_window
from core.discovery.search.service import parse_query
from tests.core.discovery.search.sentence.reading import CATALOGUE, PLACES, TODAY, refusal


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
        ("15-12-2026", "2026-12-15", "2026-12-15"),
        ("15.12.26", "2026-12-15", "2026-12-15"),
        ("15/12/26", "2026-12-15", "2026-12-15"),
        ("2026/12/15", "2026-12-15", "2026-12-15"),
        ("by 15/12", "2026-11-21", "2026-12-15"),
        ("by December 15th, 2026", "2026-11-21", "2026-12-15"),
        ("by the 15th of December", "2026-11-21", "2026-12-15"),
        ("15-Dec-2026", "2026-12-15", "2026-12-15"),
        ("hasta el 15 de diciembre de 2026", "2026-11-21", "2026-12-15"),
        ("entro il 15 dicembre", "2026-11-21", "2026-12-15"),
        ("avant le 1er juin 2027", "2026-11-21", "2027-06-01"),
        ("senast den 15:e maj", "2026-11-21", "2027-05-15"),
        ("iki 2027 m. birželio 30 d.", "2026-11-21", "2027-06-30"),
        ("līdz 2027. gada 30. jūnijs", "2026-11-21", "2027-06-30"),
        ("до 15-го травня", "2026-11-21", "2027-05-15"),
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


NO_DAYS = (
    *("31.02.2027", "31.02.", "31.2.27", "31/02/2027", "31/02/27", "31-02-2027", "2027-02-31", "2027/02/31"),
    *("2027.02.31", "15.13.2027", "2027-13-01", "32.12.2027", "12/31/2026", "00.12.2026"),
    *("31 June", "31st of June", "June 31", "June 31st, 2027", "June the 31st", "31-June-2027", "32 December"),
    *("31. Juni", "31ten Juni", "31. Juni 2027", "31 juin", "31 de junio", "31 de junio de 2027", "31 giugno"),
    *("30 lutego", "31-go czerwca", "birželio 31 d.", "2027 m. vasario 29 d.", "2027. gada 31. jūnijs"),
    *("31. juuni", "31:a juni", "31 juni", "31 червня", "31-го червня", "29 February 2027"),
)


@pytest.mark.parametrize("day", NO_DAYS)
def test_a_day_that_is_in_no_calendar_is_told_as_it_was_written_and_all_else_is_kept(day: str) -> None:
    for said in (f"sawdust {day}, 200 t, under 90 eur/t, Riga", f"200 t sawdust under 90 eur/t Riga by {day}"):
        known_words = parse_query(said, CATALOGUE, PLACES, TODAY).parsed
        assert [(each.code, each.parts["given"]) for each in known_words.unclear] == [("window.no_such_day", day)]
        assert (known_words.product, str(known_words.quantity), str(known_words.max_price)) == (
            "sawdust",
            "200 t",
            "90 EUR/t",
        )
        assert (known_words.place and known_words.place.name, known_words.window, known_words.rest) == (
            "Riga",
            None,
            "",
        )


@pytest.mark.parametrize(
    ("sentence", "language", "given"),
    [
        ("200 t zrębki do 30 lutego", "pl", "30 lutego"),  # "do 30" would be a price
        ("trociny 200 t do 31 czerwca", "pl", "31 czerwca"),
        ("200 t Hackschnitzel 1.6. - 31.6.", "de", "31.6."),
        ("200 t trociny 1-31 czerwca", "pl", "31 czerwca"),
    ],
)
def test_the_figures_of_no_day_are_no_price_and_no_words(sentence: str, language: str, given: str) -> None:
    known_words = parse_query(sentence, CATALOGUE, PLACES, TODAY, language).parsed
    assert [each.parts["given"] for each in known_words.unclear] == [given]
    assert (str(known_words.quantity), known_words.price, known_words.max_price, known_words.rest) == (
        "200 t",
        None,
        None,
        "",
    )


@pytest.mark.parametrize(
    ("days", "code"),
    [("15 Dec - 1 Dec", "window.ends_before_it_starts"), ("2026-12-15..2029-12-01", "window.too_long")],
)
def test_a_window_that_cannot_be_is_no_words(days: str, code: str) -> None:
    known_words = parse_query(f"sawdust {days}, Riga", CATALOGUE, PLACES, TODAY).parsed
    assert [each.code for each in known_words.unclear] == [code]
    assert (known_words.place and known_words.place.name, known_words.window, known_words.rest) == ("Riga", None, "")


def test_existing_day_of_two_counts() -> None:
    known_words = parse_query("sawdust by 31 June or by 15 July", CATALOGUE, PLACES, TODAY).parsed
    assert [each.parts["given"] for each in known_words.unclear] == ["31 June"]
    assert known_words.window is not None
    assert known_words.window.last.isoformat() == "2027-07-15"


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("pellets 6/8 mm from Riga", "6 8 mm"),
        ("pellets 6 mm, 215.50 eur/t", "6 mm"),
        ("wood chips P45 24/7", "P45 24 7"),
    ],
)
def test_other_figures_are_no_day(sentence: str, rest: str) -> None:
    known_words = parse_query(sentence, CATALOGUE, PLACES, TODAY).parsed
    assert (known_words.window, known_words.unclear, known_words.rest) == (None, (), rest)


@pytest.mark.parametrize(
    "said",
    [
        *("by 15 November", "1-15 Nov", "15.11.", "Nov 1-15", "on 15 Nov", "20 Oct - 15 Nov", "bis 15.11."),
        *("jusqu'au 15 novembre", "hasta el 15 de noviembre", "do 15 listopada", "iki lapkričio 15 d."),
        *(
            "līdz 15. novembrim",
            "kuni 15. november",
            "entro il 15 novembre",
            "senast den 15 november",
            "до 15 листопада",
        ),
    ],
)
def test_a_day_that_has_just_passed_is_told_and_is_not_next_years(said: str) -> None:
    known_words = parse_query(f"sawdust {said}, Riga", CATALOGUE, PLACES, TODAY).parsed
    assert [(each.code, str(each.parts["last"])) for each in known_words.unclear] == [
        ("window.in_the_past", "2026-11-15")
    ]
    assert (known_words.product, known_words.window, known_words.rest) == ("sawdust", None, "")


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("by 15 November 2027", "2026-11-21", "2027-11-15"),
        ("by 15 June", "2026-11-21", "2027-06-15"),  # too far back to be meant
        ("from 1 November", "2026-11-21", "2027-11-22"),
        ("10 Nov - 5 Dec", "2026-11-10", "2026-12-05"),
        ("1 Dec - 30 Sept", "2026-12-01", "2027-09-30"),
        ("in October", "2027-10-01", "2027-10-31"),
    ],
)
def test_days_still_to_come_are_a_window(said: str, first: str, last: str) -> None:
    known_words = parse_query(f"sawdust {said}", CATALOGUE, PLACES, TODAY).parsed
    assert [day.isoformat() for day in known_words.window or ()] == [first, last]
    assert known_words.unclear == ()
