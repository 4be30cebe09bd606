"""Sort order typed after a search: it is understood in every language of the market."""

from __future__ import annotations

import pytest

from conversations.discovery.sort_orders import order_of


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ("cheaper", "cheapest"),
        ("Cheapest first, please!", "cheapest"),
        ("billiger bitte", "cheapest"),
        ("les moins chers d'abord", "cheapest"),
        ("Taniej?", "cheapest"),
        ("pagal kainą", "cheapest"),
        ("närmast först, tack", "nearest"),
        ("ближче", "nearest"),
        ("Neueste zuerst", "newest"),
        ("best rated first", "rated"),
    ],
)
def test_an_order_is_one_in_a_few_words(said: str, order: str) -> None:
    assert order_of(said) == order


@pytest.mark.parametrize("said", ["", "please", "cheap pellets near Kaunas", "near", "🎄", "my boiler is cheaper than"])
def test_sentence_that_says_more_or_nothing_is_no_order(said: str) -> None:
    assert order_of(said) is None
