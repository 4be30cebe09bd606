"""Links into the market, found in people's messages: text that is no address gives no link and no error."""

from __future__ import annotations

import pytest

from conversations.links import Link, link_in


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("look: https://t.me/parley_bot?start=l_01ARZ3", Link("l", "01ARZ3")),
        ("(https://parley.example/d/01ARZ3).", Link("d", "01ARZ3")),
        ("https://example.org/prices", None),
        ("https://[not-an-address then https://parley.example/l/01ARZ3", Link("l", "01ARZ3")),
        ("http://a]b", None),
        ("https://ex\u2100mple.org/l/01ARZ3", None),
    ],
)
def test_a_link_is_found_among_whatever_is_written(text: str, link: Link | None) -> None:
    assert link_in(text) == link
