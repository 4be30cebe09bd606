"""Misspelt units, limits and months beside a number are corrected; a word with its own meaning stays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.catalogue.language.fields import parse_date_window, parse_quantity, parse_unit_price
from core.catalogue.language.typos import correct_spelling
from core.kernel.errors import Refusal
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from tests.core.discovery.search.sentence.reading import CATALOGUE, PLACES, TODAY, read


@pytest.mark.parametrize(
    "said", ["700 tones", "700 tonnaas", "700 Tonen", "700 tonelads", "700tonns", "700 tonnelate", "700 тоннн"]
)
def test_a_unit_behind_a_number(said: str) -> None:
    understood = read(f"{said} wood pellets near Riga")
    assert (understood.quantity, understood.product) == (Quantity(Decimal(700), "t"), "wood_pellets")
    assert understood.rest == ""


@pytest.mark.parametrize(
    "said", ["udner 170 eruo/tone", "bellow 170 euro", "hochsten 170 Euro/Tonnn", "maximun 170 €", "меншше 170 євро"]
)
def test_a_limit_before_a_number_and_money_behind_it(said: str) -> None:
    understood = read(f"wood pellets {said}")
    assert (understood.max_price, understood.rest) == (UnitPrice(Decimal(170), "EUR", "t"), "")


def test_a_slip_in_the_first_letter_is_not_believed() -> None:
    understood = read("wood pellets nuder 170 eur")
    assert understood.max_price is None


def test_a_radius_and_a_day() -> None:
    near = read("pellets witin 50 klometers of Kaunas")
    assert (near.radius_km, near.place and near.place.name, near.rest) == (50, "Kaunas", "")
    late = read("pellets unitl 15 Decmber")
    assert late.window is not None
    assert (late.window.last.month, late.window.last.day, late.rest) == (12, 15, "")


@pytest.mark.parametrize(
    "text",
    [
        "24 pellts",  # goods
        "20 balls of straw",
        "16 mm Buche",
        "3 Tomelloso",  # a town
        "45 socks",
        "12 bagels",
        "1200 Dollbergen",
        "tones of pellets",  # no number
        "UCO toner",
    ],
)
def test_a_word_of_its_own_stays(text: str) -> None:
    assert correct_spelling(text, CATALOGUE, PLACES) == text


def test_one_answer_may_hold_a_slip_too() -> None:
    assert parse_quantity("24 tones", CATALOGUE, ["t", "kg"]) == Quantity(Decimal(24), "t")
    price = parse_unit_price("215 eruo/tone", CATALOGUE, default_currency="USD", default_unit="MWh")
    assert price == UnitPrice(Decimal(215), "EUR", "t")
    window = parse_date_window("15 Decmber", CATALOGUE, TODAY)
    assert (window.first.month, window.first.day) == (12, 15)
    assert window.first >= date(2026, 1, 1)


def test_word_that_is_no_typo_is_refused() -> None:
    with pytest.raises(Refusal):
        parse_quantity("24 stones", CATALOGUE, ["t", "kg"])
