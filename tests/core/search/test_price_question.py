"""Who asks what goods cost, and who says what they would pay or wants advice."""

from __future__ import annotations

import pytest

from core.search.price_question import asks_price, without_question
from tests.core.search.test_parse import CATALOGUE, read


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
    assert asks_price(sentence, read(sentence), CATALOGUE)


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
def test_who_names_a_price_or_tells_of_more_asks_for_none(sentence: str) -> None:
    assert not asks_price(sentence, read(sentence), CATALOGUE)


def test_the_words_of_the_question_are_no_words_of_the_goods() -> None:
    assert without_question("was kosten Litauen", CATALOGUE) == "Litauen"
