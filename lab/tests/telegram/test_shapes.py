"""The lab never answers with keys that the library would drop silently, nor leaves out required ones."""

from __future__ import annotations

import inspect
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from lab.app import Lab
from lab.telegram import newer_methods
from lab.telegram.service import METHODS
from lab.telegram.shapes import check_result, check_update, parameters_of
from lab.tests.phone import Phone

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


def test_every_method_of_the_lab_is_one_of_the_library_or_of_the_table_of_newer_ones() -> None:
    methods, newer = {name.lower() for name in dir(Bot)}, {name.lower() for name in newer_methods.METHODS}
    assert set(METHODS) <= methods | newer
    assert not methods & newer, "the library has learnt these: take them out of the table"
    assert len(METHODS) >= 50
    assert "reply_markup" in parameters_of("sendmessage")


def test_parameters_of_the_table_are_not_the_librarys() -> None:
    functions = {name.lower(): function for name, function in inspect.getmembers(Bot, inspect.isfunction)}
    for name, parameters in newer_methods.PARAMETERS.items():
        known = set(inspect.signature(functions[name.lower()]).parameters)
        assert not parameters & known, f"the library has learnt these of {name}"


async def test_a_plain_call_reaches_what_is_newer_than_the_library(
    lab: Lab, browser: aiohttp.ClientSession, ona: Phone
) -> None:
    async def call(method: str, **parameters: Any) -> tuple[int, Any]:
        async with browser.post(f"/telegram/bot{lab.telegram.token}/{method}", json=parameters) as answer:
            body = await answer.json()
            return answer.status, body["result"] if body["ok"] else body["description"]

    status, sent = await call("sendRichMessage", chat_id=ona.id, rich_message={"html": "<b>Pellets</b>\n215 €/t"})
    assert (status, [block["text"] for block in sent["rich_message"]["blocks"]]) == (200, ["Pellets", "215 €/t"])
    last = (await ona.chat())["messages"][-1]
    assert last["rich_message"]["blocks"][0]["text"] == "Pellets"

    about = {"chat_id": ona.id, "receiver_user_id": ona.id, "ephemeral_message_id": 2}
    status, said = await call("editEphemeralMessageText", **about, text="x")
    assert (status, said) == (501, "Not Implemented: the lab does not do editEphemeralMessageText (Bot API 10.2)")
    status, said = await call("editEphemeralMessageText", **about, colour="red")
    assert (status, said) == (400, "Bad Request: editEphemeralMessageText has no parameter colour")
    status, said = await call("sendMessage", chat_id=ona.id, text="psst", ephemeral_message_parameters={})
    assert (status, said) == (501, "Not Implemented: the lab does not do ephemeral_message_parameters of sendMessage")
    assert (await call("sendPoem", chat_id=ona.id))[0] in {400, 404}
