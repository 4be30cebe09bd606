"""Stored answers of a form are shown in words, also an amount that the goods do not come in."""

from __future__ import annotations

import pytest

from config.platforms import PLATFORMS
from conversations.forms.form import in_words
from conversations.wording import Wordings


@pytest.mark.parametrize(
    ("language", "kept", "shown"),
    [
        ("en", "300 stacked_m3", "300 stacked m³"),
        ("pl", "300 stacked_m3", "300 mp"),
        ("en", "25 PLN/stacked_m3", "25.00 PLN/stacked m³"),
        ("en", "300 elephants", "300 elephants"),
        ("en", "as soon as it can be had", "as soon as it can be had"),
    ],
)
def test_an_amount_or_a_price_that_is_kept_is_said_in_words(language: str, kept: str, shown: str) -> None:
    assert in_words(Wordings(PLATFORMS).speak(language), kept) == shown
