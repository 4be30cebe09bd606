"""Answers of a form are kept as everybody reads them, and typed ones are read as the trade writes them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import cast

import pytest

from config.platforms import PLATFORMS
from conversations.chat_context import ChatContext
from conversations.forms.answers import read_price, read_quantity, write_price, write_quantity
from conversations.forms.keypads import DONE, Amount
from conversations.wording import Wordings, Words
from core.catalogue.model import Catalogue
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from tests.core.goods import catalogue


@dataclass
class Known:
    """Known goods."""

    catalogue: Catalogue


@dataclass
class Asker:
    """The part of a chat context that reading an answer needs."""

    words: Words
    market_context: Known


def chat(language: str) -> ChatContext:
    return cast("ChatContext", Asker(Wordings(PLATFORMS).speak(language), Known(catalogue())))


@pytest.mark.parametrize("language", Wordings(PLATFORMS).languages())
def test_three_decimals_that_are_kept_read_back(language: str) -> None:
    asked = chat(language)
    for amount in ("24.52", "24.523", "8.523", "1.001", "123.456", "0.5"):
        quantity, price = Quantity(Decimal(amount), "t"), UnitPrice(Decimal(amount), "EUR", "l")
        assert read_quantity(asked, write_quantity(quantity), ["t"]) == quantity
        assert read_price(asked, write_price(price), "EUR", "t") == price
        keyed = Amount(lambda _chat, _values: ("t",)).answer(f"{DONE}{amount} t")
        assert read_quantity(asked, keyed or "", ["t"]) == quantity


@pytest.mark.parametrize("language", Wordings(PLATFORMS).languages())
def test_a_typed_answer_is_read_as_a_sentence_is(language: str) -> None:
    asked = chat(language)
    assert str(read_quantity(asked, "1.000 t", ["t"])) == "1000 t"
    assert str(read_price(asked, "1.200 EUR/t", "EUR", "t")) == "1200 EUR/t"
    assert str(read_price(asked, "1.234 EUR/l", "EUR", "t")) == "1.234 EUR/l"
    assert str(read_quantity(asked, "24.520 t", ["t", "kg"], weighed=True)) == "24.52 t"
