"""Words after a number: a limit ("200 eur max"), and marks that only mean "no cents"."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.discovery.search.service import parse
from tests.core.discovery.search.sentence.reading import CATALOGUE, PLACES, TODAY, read


@pytest.mark.parametrize(
    "limit",
    [
        "max",
        "max.",
        "or less",
        "tops",
        "höchstens",
        "maxi",
        "como máximo",
        "maks",
        "ne daugiau",
        "al massimo",
        "не більше",
    ],
)
def test_a_limit_may_stand_behind_the_price(limit: str) -> None:
    said = read(f"pellets 180 € {limit} near Riga")
    assert said.max_price is not None
    assert (str(said.max_price.amount), said.price, said.rest) == ("180", None, "")


@pytest.mark.parametrize("limit", ["min", "or more", "mindestens", "vismaz"])
def test_at_least_may_stand_behind_it_too(limit: str) -> None:
    said = read(f"pellets 180 € {limit}")
    assert said.min_price is not None
    assert (str(said.min_price.amount), said.max_price, said.rest) == ("180", None, "")
    assert str(read(f"50 t {limit} pellets").quantity) == "50 t"


def test_before_another_number_the_limit_is_of_that_one() -> None:
    said = read("pellets 200 eur max 50 t")
    assert said.price is not None
    assert (str(said.price.amount), said.max_price, str(said.quantity), said.rest) == ("200", None, "50 t", "")
    said = read("pellets max 50 km from Riga")
    assert (said.radius_km, said.rest) == (50, "")


@pytest.mark.parametrize(
    ("sentence", "price"),
    [
        ("Holzpellets 853,- €/t", "853"),
        ("šķelda 42,- €/t", "42"),
        ("chips 200.- CHF", "200"),
        ("pellets 215,-- EUR/t", "215"),
        ("Holzpellets 1.253,- €", "1253"),
    ],
)
def test_a_dash_for_cents_is_none(sentence: str, price: str) -> None:
    said = parse(sentence, CATALOGUE, PLACES, TODAY, "de")
    assert said.price is not None
    assert (said.price.amount, said.rest) == (Decimal(price), "")


def test_a_range_may_end_so() -> None:
    said = read("chips 50-60,- €/t")
    assert said.min_price is not None
    assert said.max_price is not None
    assert (str(said.min_price.amount), str(said.max_price.amount)) == ("50", "60")


@pytest.mark.parametrize("said", ["45 € MWh", "45 eur mwh", "45 EUR/MWh", "45 eur per MWh"])
def test_energy_behind_a_currency_is_what_the_price_is_per(said: str) -> None:
    price = read(f"pellets max {said}").max_price
    assert price is not None
    assert (str(price.amount), price.unit) == ("45", "MWh")


def test_energy_behind_a_number_of_its_own_is_an_amount() -> None:
    said = read("pellets 40 eur 20 MWh")
    assert str(said.quantity) == "20 MWh"
