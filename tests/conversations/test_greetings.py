"""Greetings: a greeting is answered in every language of the market, and a request is helped."""

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
def test_greeting_may_name_anybody(said: str) -> None:
    assert greets(said)


@pytest.mark.parametrize("said", ["hello help", "there hello", "hi I would like to know more", "", "history"])
def test_request_for_something_is_no_mere_greeting(said: str) -> None:
    assert not greets(said)
