"""Who greets is greeted, in every language of the market; who wants something is helped to it."""

from __future__ import annotations

import pytest

from conversations.help.free_text import greets


@pytest.mark.parametrize(
    "said",
    [
        "hello there",
        "Hi, anybody here?",
        "Good morning, Parley!",
        "Hallo zusammen",
        "bonjour à tous",
        "Hola, amigos",
        "ciao ragazzi",
        "hej allihopa",
        "Dzień dobry wszystkim",
        "labas visiems",
        "Labdien, draugi",
        "tere kõigile",
        "вітаю всіх",
    ],
)
def test_a_greeting_is_one_whoever_it_names(said: str) -> None:
    assert greets(said)


@pytest.mark.parametrize("said", ["hello help", "there hello", "hi I would like to know more", "", "history"])
def test_what_asks_for_something_is_no_mere_greeting(said: str) -> None:
    assert not greets(said)
