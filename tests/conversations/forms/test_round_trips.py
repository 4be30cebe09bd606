"""Amounts, prices and money: text copied from a card is understood when it is typed, in every language."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.platforms import PLATFORMS
from config.reference import reference
from conversations.wording import Wordings
from core.catalogue.language.fields import parse_money, parse_quantity, parse_unit_price
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity

CATALOGUE, _ = reference()
WORDS: Final = Wordings(PLATFORMS)
LANGUAGES: Final = WORDS.languages()
# Estonian calls a bale what Swedish calls a pallet.
UNITS: Final = sorted(set(CATALOGUE.units) - {"bale"})
PRICED: Final = sorted(set(UNITS) - {"m3"})  # which of the cubic metres is asked back
CURRENCIES: Final = sorted(set(CATALOGUE.words.currencies) & set(CATALOGUE.rates.per_euro) - {"JPY"})
CENTS: Final = st.integers(1, 99_999_999).map(lambda cents: Decimal(cents) / 100)
AMOUNTS: Final = st.integers(1, 9_999_999).map(lambda tenths: Decimal(tenths) / 10)


@pytest.mark.parametrize("language", LANGUAGES)
@given(number=CENTS, currency=st.sampled_from(CURRENCIES))
def test_money(language: str, number: Decimal, currency: str) -> None:
    money = Money.of(number, currency)
    shown = WORDS.speak(language).money(money)
    assert parse_money(shown, CATALOGUE, default_currency="EUR", language=language) == money, shown


@pytest.mark.parametrize("language", LANGUAGES)
@given(number=CENTS, currency=st.sampled_from(CURRENCIES), unit=st.sampled_from(PRICED))
def test_prices(language: str, number: Decimal, currency: str, unit: str) -> None:
    price = UnitPrice(number, currency, unit)
    shown = WORDS.speak(language).price(price)
    read = parse_unit_price(shown, CATALOGUE, default_currency="EUR", default_unit="t", language=language)
    assert read == price, shown


@pytest.mark.parametrize("language", LANGUAGES)
@given(number=AMOUNTS, unit=st.sampled_from(UNITS))
def test_amounts(language: str, number: Decimal, unit: str) -> None:
    amount = Quantity(number, unit)
    shown = WORDS.speak(language).show(amount)
    assert parse_quantity(shown, CATALOGUE, (unit,), language=language) == amount, shown
