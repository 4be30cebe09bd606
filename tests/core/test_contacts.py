"""What is hidden in a note before both have signed, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.offers.contacts import HIDDEN, has_contacts, masked


@pytest.mark.parametrize(
    "text",
    [
        "call +370 612 34567",
        "0049 (170) 1234567 after six",
        "my number: 8 612 34 567 8",
        "tel. 0612345678",
        "write to rasa@girios.lt",
        "rasa (at) girios.lt",
        "find me as @rasa_pellets",
        "t.me/rasapellets",
        "https://example.org/deal",
        "www.girios.lt",
    ],
)
def test_ways_around_the_market_are_hidden(text: str) -> None:
    assert HIDDEN in masked(text)
    assert has_contacts(text)


@pytest.mark.parametrize(
    "text",
    [
        "PO 4500123456",
        "invoice 2026-000123",
        "total 1200000 kg",
        "Order no. 20261121-77",
        "1 200 000 kg in all",
        "VAT: 100001738313",
        "delivery 2026-12-01..2026-12-15",
        "25.11.2026",
        "24 t a truck, 8-10 in the morning",
        "215.00 EUR/t at 17.5 MJ/kg",
        "Rechnung 2026/000123",
        "A1 @ 215",
    ],
)
def test_the_trades_own_numbers_pass(text: str) -> None:
    assert masked(text) == text


@given(st.text(max_size=200))
def test_nothing_breaks_it_and_what_is_hidden_stays_hidden(text: str) -> None:
    once = masked(text)
    assert masked(once) == once
