"""Suggestions: the option of a choice that a written answer means."""

from __future__ import annotations

import pytest

from conversations.forms.suggestions import nearest_option
from conversations.reply import Option

LENGTHS = (Option(value="30", label="30 minutes"), Option(value="60", label="60 minutes"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [("60", "60"), ("30 minuts", "30"), ("Mon 24 May 1:30", None), ("45 minutes", None), ("1:60", None)],
)
def test_a_number_that_the_option_does_not_have_is_no_slip(text: str, meant: str | None) -> None:
    assert nearest_option(text, LENGTHS) == meant
