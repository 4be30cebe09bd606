"""Numbers as traders shorten them: thousands, kilotonnes, cents, and a currency without a space."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.catalogue.language.fields import parse_quantity, parse_unit_price
from core.catalogue.language.numbers import expand_shorthand
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from tests.core.discovery.search.sentence.reading import CATALOGUE, read


@pytest.mark.parametrize(
    "said",
    [
        "5k tonnes",
        "5kt",
        "5 kt",
        "5 thousand t",
        "5 Tsd. t",
        "5 tys. ton",
        "5 tūkst. t",
        "5 tuhat tonni",
        "5 тис. тонн",
    ],
)
def test_thousands_of_a_unit(said: str) -> None:
    understood = read(f"{said} wood pellets")
    assert (understood.quantity, understood.rest) == (Quantity(Decimal(5000), "t"), "")


def test_parts_of_a_thousand_and_of_a_larger_unit() -> None:
    assert read("1.5k t pellets").quantity == read("1,5 tys. ton pellets").quantity == Quantity(Decimal(1500), "t")
    assert read("5 GWh biomethane").quantity == Quantity(Decimal(5000), "MWh")


@pytest.mark.parametrize(
    ("said", "price"),
    [
        ("max 6,5 ct/kWh", UnitPrice(Decimal("0.065"), "EUR", "kWh")),
        ("under 25 cents per kg", UnitPrice(Decimal("0.25"), "EUR", "kg")),
        ("<200", UnitPrice(Decimal(200), "EUR", "t")),
        ("≤ 200", UnitPrice(Decimal(200), "EUR", "t")),
        ("max EUR215/t", UnitPrice(Decimal(215), "EUR", "t")),
        ("under USD250 per tonne", UnitPrice(Decimal(250), "USD", "t")),
        ("under zł900/t", UnitPrice(Decimal(900), "PLN", "t")),
    ],
)
def test_prices(said: str, price: UnitPrice) -> None:
    understood = read(f"pellets {said}")
    assert (understood.max_price, understood.rest) == (price, "")


@pytest.mark.parametrize("said", ["pellets EUR 250 per tonne", "pellets USD 250 a tonne", "pellets 250 per tonne"])
def test_a_unit_may_follow_where_the_currency_stands_before_or_not_at_all(said: str) -> None:
    understood = read(said)
    assert understood.price is not None
    assert (understood.price.amount, understood.price.unit) == (Decimal(250), "t")
    assert (understood.place, understood.rest) == (None, "")


@pytest.mark.parametrize("text", ["EN14961", "RED2", "B100", "for 200k eur", "1.250k t", "1,125 ct/kg", "5 cent"])
def test_text_without_shorthand_stays(text: str) -> None:
    assert expand_shorthand(text, CATALOGUE) == text


def test_an_answer_may_be_shortened_too() -> None:
    assert parse_quantity("5k t", CATALOGUE, ["t", "kg"]) == Quantity(Decimal(5000), "t")
    price = parse_unit_price("EUR215/t", CATALOGUE, default_currency="USD", default_unit="MWh")
    assert price == UnitPrice(Decimal(215), "EUR", "t")


def test_a_load_is_what_a_truck_holds() -> None:
    assert read("2 loads of pellets").quantity == read("2 truckloads of pellets").quantity


def test_miles_are_kilometres() -> None:
    assert read("pellets within 100 miles of Riga").radius_km == 161
