"""Text from outside can be stored by every database, and shows a reader what it says."""

from __future__ import annotations

import pytest

from core.kernel.plain_text import name, storable_json, visible
from web.links import Linked, drawn

TURNED = "\u202egnp.exe\u2066\x00 \u200fBank"


def test_names_lose_what_no_reader_sees() -> None:
    assert name(f"  Girios\n\tUAB {TURNED} ") == "Girios UAB gnp.exe Bank"
    assert visible("two\nlines\tand a tab") == "two\nlines and a tab"


def test_a_shared_page_shows_names_as_chats_do() -> None:
    """The page showed the reading direction turned around, which chats strip."""
    page = drawn(Linked("en", TURNED, TURNED, [(TURNED, TURNED)], [(TURNED, "https://example.org")], ""))
    assert not {"\u202e", "\u2066", "\u200f", "\x00"} & set(page)
    assert "gnp.exe" in page


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"a\0": ["\ud800x", float("inf"), 2**80, None]}, {"a": ["x", None, 2**80, None]}),
        ([[1.5, True]], [[1.5, True]]),
    ],
)
def test_a_body_is_kept_without_what_no_database_stores(value: object, kept: object) -> None:
    assert storable_json(value) == kept
