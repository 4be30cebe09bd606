"""The excerpt of a text with a contact, shown beside the warning that the contact is hidden."""

from __future__ import annotations

import pytest

from conversations.people.contact_warnings import excerpt


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Call me on +370 612 34567.", "Call me on •••."),
        (
            "Twenty years of district heating plants, write to anna@example.com whenever something slags in boilers",
            "… heating plants, write to ••• whenever something slags …",
        ),
        ("Incomprehensibilitiesandmoreofthesamewithoutanyspace anna@example.com", "… •••"),
    ],
)
def test_excerpt_around_a_contact_has_whole_words(text: str, shown: str) -> None:
    assert excerpt(text) == shown
