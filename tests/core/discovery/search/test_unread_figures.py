"""Words beside a number that are neither a unit nor money, and words that only resemble them."""

from __future__ import annotations

import pytest

from core.discovery.search.intent import Intent
from tests.core.discovery.search.sentence.reading import CATALOGUE, read


def told(text: str) -> list[tuple[str, object]]:
    return [(each.code, each.parts["given"]) for each in Intent(text, read(text), CATALOGUE).unread_figures("EUR")]


@pytest.mark.parametrize(
    ("text", "code", "given"),
    [
        ("300 bananas", "quantity.unit_unknown", "bananas"),
        ("300 Bananen", "quantity.unit_unknown", "Bananen"),
        ("300 бананів", "quantity.unit_unknown", "бананів"),
        ("300 pellets", "quantity.unit_unknown", "pellets"),
        ("300 gallons at 2 EUR", "quantity.unit_unknown", "gallons"),
        ("300 t at 20 EUR/banana", "quantity.unit_unknown", "banana"),
        ("300 t at 20 bananas/t", "price.not_understood", "20 bananas/t"),
        ("300 t for 20 bananas per t", "price.not_understood", "20 bananas per t"),
        ("300 t pellets at 20 bananas", "price.not_understood", "20 bananas"),
        ("120 bananas/h", "price.not_understood", "120 bananas/h"),
    ],
)
def test_unknown_unit_or_money_is_told(text: str, code: str, given: str) -> None:
    assert told(text) == [(code, given)]


@pytest.mark.parametrize(
    "text",
    [
        "300 MWh at 21.90 EUR/MWh",
        "300 tones at 20 eur",
        "300 t at 21.9",
        "300 t pellets 6 mm at 215 EUR/t",
        "2 trucks of pellets at 215 EUR/t",
        "200 t granulés à 215 €/t à Lyon la semaine prochaine",
        "120 EUR/h",
        "1000 eur",
        "banana",
    ],
)
def test_known_figure_or_none_is_not_told(text: str) -> None:
    assert told(text) == []


def test_the_units_of_the_goods_are_what_would_be_right() -> None:
    (refusal,) = Intent("300 bananas of UCO", read("300 bananas of UCO"), CATALOGUE).unread_figures("EUR")
    assert refusal.parts["known"] == CATALOGUE.product("uco").units
