"""The log tells what happens to an input. It holds no secret, and no word that the person wrote."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog

from bots.slack.sender import SlackSender
from bots.telegram.sender import TelegramSender
from config.logs import configure_logs, secrets_of
from core.kernel.dispatcher import Outcome
from core.kernel.outbox import OutboxMessage
from tests.journeys.listings import stocked
from tests.journeys.market import CHATS, Chat, ChatUser, World, open_world

SENTENCE = "my grandmother keeps violet briquettes in Zarasai"
PLANTED = "planted-secret-4711"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Yield a place for the log; pytest's own handlers and the log of the other tests come back afterwards."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level, disabled = list(root.handlers), root.level, root.manager.disable
    logging.disable(logging.NOTSET)  # simulated worlds switch the library off for their process
    yield io.StringIO()
    logging.disable(disabled)
    structlog.configure(**before)
    root.handlers, root.level = handlers, level


@pytest.fixture(params=CHATS)
async def tom(request: pytest.FixtureRequest, database: str, log: io.StringIO) -> AsyncIterator[tuple[World, ChatUser]]:
    chat: Chat = request.param
    async with open_world(database, operator_token=PLANTED) as world:
        configure_logs("DEBUG", secrets_of(world.settings), log)
        await stocked(world)
        yield world, await world.on(chat, "Tom")


def lines_of(log: io.StringIO, event: str = "") -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in lines if line["event"] == event or not event]


async def test_one_id_leads_from_the_input_to_the_message_that_answers_it(
    tom: tuple[World, ChatUser], log: io.StringIO
) -> None:
    _, person = tom
    await person.says(f"/find {SENTENCE}")
    await person.sees("violet")
    taken = lines_of(log, "input_handled")[-1]
    assert (taken["level"], taken["input"], taken["outcome"]) == ("info", "TextMessage", "taken")
    answers = [line for line in lines_of(log, "message_carried") if line["request_id"] == taken["request_id"]]
    assert answers
    assert {line["outcome"] for line in answers} == {"delivered"}
    assert all(line["outbox_message"] and line["channel"] == taken["platform"] for line in answers)


async def test_no_word_and_no_secret_stands_in_the_log_even_when_all_fails(
    tom: tuple[World, ChatUser], log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler and both senders fail with errors that quote the sentence, and a library quotes it, too."""
    world, person = tom
    token = world.lab.telegram.token

    def broken(*_: Any) -> None:
        raise ValueError(f"cannot read {SENTENCE} of {token}, {PLANTED}")

    async def lost(_sender: Any, post: OutboxMessage) -> Outcome:
        raise RuntimeError(f"{SENTENCE}: {post.body} by {token}, {PLANTED}")

    await person.says(f"/find {SENTENCE}")
    await person.sees("violet")
    assert world.product is not None
    engine = world.product.bots[0]._update_handler._engine  # type: ignore[attr-defined]  # noqa: SLF001 - to break it
    monkeypatch.setitem(engine._router.commands, "find", broken)  # noqa: SLF001 - as above
    await person.says(f"/find {SENTENCE}")
    await person.sees("Something went wrong on our side")
    monkeypatch.setattr(TelegramSender, "carry", lost)
    monkeypatch.setattr(SlackSender, "carry", lost)
    await person.says(f"/find {SENTENCE}")
    await world.browser.until(lambda: _is_there(log, "delivery_failed"), lambda: "nothing was sent")
    logging.getLogger("slack_bolt").warning("Unhandled request (%s) with %s", SENTENCE, token)
    structlog.get_logger().warning("said", why=f"asked {token} with {PLANTED}", parts=[{"url": f"/bot{token}/getMe"}])

    written = log.getvalue()
    for hidden in ("grandmother", "violet", "Zarasai", token, PLANTED, world.lab.slack.bot_token):
        assert hidden not in written
    failed, *_ = lines_of(log, "input_failed")
    assert failed["exception"][0] == "ValueError"
    assert any("update_handler.py" in place for place in failed["exception"])
    assert lines_of(log, "delivery_failed")[0]["exception"][0] == "RuntimeError"
    assert lines_of(log, "library_message")[0]["library"] == "slack_bolt"
    assert lines_of(log, "said")[0]["parts"] == [{"url": "/bot[secret]/getMe"}]


async def _is_there(log: io.StringIO, event: str) -> bool:
    return bool(lines_of(log, event))


def test_the_level_is_a_setting(log: io.StringIO) -> None:
    configure_logs("ERROR", (), log)
    structlog.get_logger().warning("quiet")
    structlog.get_logger().error("loud")
    assert [line["event"] for line in lines_of(log)] == ["loud"]
    configure_logs("INFO", (), log)
    structlog.get_logger().debug("quieter")
    structlog.get_logger().info("told")
    assert [line["event"] for line in lines_of(log)] == ["loud", "told"]
