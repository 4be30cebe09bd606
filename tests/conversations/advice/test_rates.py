"""A consultant's price is read whole or refused: no part of what was written is left out of it."""

from __future__ import annotations

import pytest

from conversations.advice.experts.rates import parse_rate, rate_of, write_rate
from core.catalogue import Catalogue
from core.kernel.errors import Refusal
from tests.core.goods import catalogue

CATALOGUE: Catalogue = catalogue()

# The text and its language, the stored rate, and the only length that it was said for.
READ = [
    ("90", "en", "90.00 EUR", None),
    ("90 EUR.", "en", "90.00 EUR", None),
    ("€90 a session", "en", "90.00 EUR", None),
    ("90,- EUR pro Sitzung", "de", "90.00 EUR", None),
    ("1.234,56 EUR", "en", "1234.56 EUR", None),
    ("1,234.56", "en", "1234.56 EUR", None),
    ("1 200 EUR", "fr", "1200.00 EUR", None),
    ("1.200 EUR", "de", "1200.00 EUR", None),
    ("90 zł", "pl", "90.00 PLN", None),
    ("EUR120", "en", "120.00 EUR", None),
    ("€2 a minute", "en", "2.00 EUR/min", None),
    ("2,50 €/min", "de", "2.50 EUR/min", None),
    ("50 ct/min", "en", "0.50 EUR/min", None),
    ("2 EUR už minutę", "lt", "2.00 EUR/min", None),
    ("2 € за хвилину", "uk", "2.00 EUR/min", None),
    ("120 EUR/h", "en", "2.00 EUR/min", None),
    ("€120 per hour", "en", "2.00 EUR/min", None),
    ("120 euros de l'heure", "fr", "2.00 EUR/min", None),
    ("120 EUR pro Stunde", "de", "2.00 EUR/min", None),
    ("120 EUR za godzinę", "pl", "2.00 EUR/min", None),
    ("100 EUR/h", "en", "1.67 EUR/min", None),
    ("90 EUR for 30 minutes", "en", "90.00 EUR", 30),
    ("90 EUR per 60 min", "en", "90.00 EUR", 60),
    ("90€/30min", "en", "90.00 EUR", 30),
    ("120,5 EUR pour 60 min", "fr", "120.50 EUR", 60),
    ("90 EUR für eine Sitzung von 45 Minuten", "de", "90.00 EUR", 45),
]
REFUSED = [
    ("10-20 EUR", "expert.rate_unread"),
    ("10 to 20 EUR", "expert.rate_unread"),
    ("90 EUR minimum", "expert.rate_unread"),
    ("from 90 EUR", "expert.rate_unread"),
    ("90 EUR plus VAT", "expert.rate_unread"),
    ("90 EUR for a", "expert.rate_unread"),
    ("90 EUR 30", "expert.rate_unread"),
    ("90 60 min", "expert.rate_unread"),
    ("EUR 90 USD", "expert.rate_unread"),
    ("cheap", "expert.rate_unread"),
    ("-90 EUR", "number.negative"),
    ("90 INR", "expert.rate_not_held"),
    ("90 BTC per hour", "expert.rate_not_held"),
    ("100000", "expert.rate_out_of_reach"),
    ("95,555", "expert.rate_out_of_reach"),
    ("9.123456 EUR", "money.too_many_decimals"),
    ("0", "expert.rate_zero"),
    ("0 EUR/h", "expert.rate_zero"),
    ("0.20 EUR/h", "expert.rate_too_low"),
]


@pytest.mark.parametrize(("text", "language", "kept", "minutes"), READ)
def test_a_price_is_read_with_all_that_stands_beside_it(
    text: str, language: str, kept: str, minutes: int | None
) -> None:
    said = parse_rate(text, CATALOGUE, language)

    assert (write_rate(rate_of(said)), said.minutes) == (kept, minutes)
    assert write_rate(rate_of(parse_rate(kept, CATALOGUE, language))) == kept  # what is kept reads back


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_text_that_is_not_one_price_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        rate_of(parse_rate(text, CATALOGUE, "en"))
    assert refused.value.code == code


def test_another_currency_is_refused_plainly() -> None:
    for text in ("90 zł", "90 PLN/h", "90 INR"):
        with pytest.raises(Refusal) as refused:
            parse_rate(text, CATALOGUE, "en", frozenset({"EUR", "SEK"}))
        assert refused.value.code == "expert.rate_not_held"
        assert refused.value.parts["held"] == "EUR, SEK"
    assert str(parse_rate("900", CATALOGUE, "en", frozenset({"SEK"})).amount) == "900.00 SEK"
