"""The lab never answers with keys that the library would drop silently, nor leaves out required ones."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot

from lab.telegram.service import METHODS
from lab.telegram.shapes import check_result, check_update, parameters_of

WORD: dict[str, Any] = {
    "message_id": 7,
    "date": 1,
    "chat": {"id": 5, "type": "private", "first_name": "Ona"},
    "from": {"id": 5, "is_bot": False, "first_name": "Ona"},
    "text": "labas",
}


def test_results_known_to_the_library_pass() -> None:
    check_result("sendMessage", WORD)
    check_result("sendMediaGroup", [WORD, WORD])
    check_result("editMessageText", True)
    check_update({"update_id": 1, "message": WORD})


@pytest.mark.parametrize(
    ("method", "result"),
    [
        ("sendMessage", WORD | {"colour": "red"}),
        ("sendMessage", WORD | {"chat": WORD["chat"] | {"mood": "good"}}),
        ("sendMessage", WORD | {"reply_to_message": WORD | {"colour": "red"}}),
        ("sendMessage", True),
        ("deleteMessage", 1),
    ],
)
def test_unknown_results_are_a_mistake_of_the_lab(method: str, result: Any) -> None:
    with pytest.raises(AssertionError):
        check_result(method, result)


def test_required_fields_are_not_left_out() -> None:
    with pytest.raises(TypeError):
        check_update({"update_id": 1, "message": WORD | {"from": {"id": 5, "is_bot": False}}})


def test_every_method_of_the_lab_is_one_of_the_library() -> None:
    methods = {name.lower() for name in dir(Bot)}
    assert set(METHODS) <= methods
    assert len(METHODS) >= 50
    assert "reply_markup" in parameters_of("sendmessage")
