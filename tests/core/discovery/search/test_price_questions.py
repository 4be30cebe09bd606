"""Questions about the price of goods, as against limits of price and calls for advice."""

from __future__ import annotations

import pytest

from core.discovery.search.intent import Intent
from core.discovery.search.model import ParsedQuery
from core.discovery.search.service import strip_fee_question
from tests.core.discovery.search.sentence.reading import CATALOGUE, read


@pytest.mark.parametrize(
    "sentence",
    [
        "how much do pellets cost?",
        "was kosten Pellets in Litauen?",
        "combien coûtent les granulés",
        "¿cuánto cuestan los pellets?",
        "ile kosztuje pelet w Polsce",
        "kiek kainuoja granulės?",
        "cik maksā granulas",
        "kui palju maksavad pelletid",
        "quanto costa il pellet",
        "vad kostar pellets",
        "скільки коштують пелети",
        "pellet prices in the Baltics",
        "what is the price of A1 pellets in Latvia",
    ],
)
def test_a_question_for_the_price_is_one_in_every_language(sentence: str) -> None:
    assert Intent(sentence, read(sentence), CATALOGUE).is_about_price()


@pytest.mark.parametrize(
    "sentence",
    [
        "pellets price max 200",
        "sell pellets price 200",
        "200 t pellets what price",
        "low cost pellets",
        "how much does it cost to certify pellets",
        "what does a pellet press cost",
        "how much does a consultant for pellets cost",
        "please send us your best prices for pellets delivered to Riga next month",
        "how much does advice cost",
    ],
)
def test_named_price_or_further_words_are_no_price_question(sentence: str) -> None:
    assert not Intent(sentence, read(sentence), CATALOGUE).is_about_price()


def test_the_words_of_the_question_are_no_words_of_the_goods() -> None:
    assert Intent("", ParsedQuery(rest="was kosten Litauen"), CATALOGUE).rest_beside_question() == "Litauen"


@pytest.mark.parametrize(
    "sentence",
    [
        "what is your fee?",
        "what would I get for 200 t of A1 pellets at 215 EUR/t",
        "fee for 300 MWh at 21.90 EUR/MWh",
        "wie hoch ist die Gebühr?",
        "was bleibt mir von 100 t Pellets zu 220 EUR/t",
        "quels sont vos frais ?",
        "¿cuál es la comisión?",
        "jaka jest prowizja",
        "kiek man lieka nuo 100 t granulių po 215 EUR/t",
        "cik ir komisija",
        "kui suur on vahendustasu",
        "qual è la commissione",
        "vad är avgiften",
        "яка комісія",
    ],
)
def test_fee_question_is_read_in_every_language(sentence: str) -> None:
    assert Intent(sentence, read(sentence), CATALOGUE).is_about_fee()


@pytest.mark.parametrize(
    "sentence",
    [
        "200 t pellets at 215 EUR/t",
        "where do I get pellets under 215 EUR/t",
        "what is the fee of a consultant for boilers",
        "we have been asked by the harbour for a fee on every tonne of wood chips",
    ],
)
def test_search_for_goods_or_advice_is_no_fee_question(sentence: str) -> None:
    assert not Intent(sentence, read(sentence), CATALOGUE).is_about_fee()


def test_words_beside_the_fee_question_stay() -> None:
    assert (
        strip_fee_question("what would I get for 200 t at 215 EUR/t?", CATALOGUE) == "would I for 200 t at 215 EUR/t?"
    )
