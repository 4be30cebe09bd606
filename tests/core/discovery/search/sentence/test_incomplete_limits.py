"""A limit without its number is reported as written, and the rest is searched for."""

from __future__ import annotations

import pytest

from core.discovery.search.model import UNREAD
from core.discovery.search.service import parse_query
from tests.core.discovery.search.sentence.reading import CATALOGUE, PLACES, TODAY


@pytest.mark.parametrize(
    ("sentence", "unread"),
    [
        ("chips moisture below banana%", "moisture below banana%"),
        ("pellets price under banana", "price under banana"),
        ("pellets, moisture content should be below banana, Riga", "moisture content should be below banana"),
        ("Pellets Preis unter Banane", "Preis unter Banane"),
        ("Hackschnitzel Feuchte maximal Banane", "Feuchte maximal Banane"),
        ("granulés prix moins de banane", "prix moins de banane"),
        ("pellets precio menos de plátano", "precio menos de plátano"),
        ("pelet cena poniżej banana", "cena poniżej banana"),
        ("granulės kaina mažiau nei bananas", "kaina mažiau nei bananas"),
        ("granulas cena zem banāna", "cena zem banāna"),
        ("pelletid hind alla banaani", "hind alla banaani"),
        ("pellet prezzo sotto banana", "prezzo sotto banana"),
        ("pellets pris under banan", "pris under banan"),
        ("пелети ціна менше банана", "ціна менше банана"),
        ("under banana", "under banana"),
    ],
)
def test_a_limit_without_a_number_is_told(sentence: str, unread: str) -> None:
    said = parse_query(sentence, CATALOGUE, PLACES, TODAY).parsed
    assert [(each.code, each.parts["words"]) for each in said.unclear] == [(UNREAD, unread)]
    assert (said.rest, said.quality, said.max_price) == ("", (), None)


@pytest.mark.parametrize(
    "sentence",
    [
        *("pellets price under 200", "pellets price below EUR 200", "chips moisture below 30%", "pellets max 50 t"),
        *("pelet cena do Gdańska", "Pellets bis Freitag", "пелети ціна до Києва", "pellets price", "price of pellets"),
        *("cheapest pellets under bark", "pellets price below Riga", "moisture in the boiler"),
    ],
)
def test_limit_with_a_number_or_another_meaning_is_complete(sentence: str) -> None:
    said = parse_query(sentence, CATALOGUE, PLACES, TODAY).parsed
    assert UNREAD not in {each.code for each in said.unclear}
