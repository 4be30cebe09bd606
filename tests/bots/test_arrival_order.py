"""Messages of one person are answered in the order in which they came, whatever takes long; others do not wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from bench import door_bodies as bodies
from conversations.turn import TextMessage, Turn
from conversations.update_handler import UpdateHandler
from core.kernel.arrival_order import ArrivalOrder
from lab.app import Lab
from lab.tests.slack.member import Member as Window
from tests.bots.sample_market import Stall
from tests.bots.slack_app import slack
from tests.bots.test_odd_bodies import HOOK, SECRET, said_to
from tests.bots.test_telegram_bot import telegram

SAID = ["first", "second", "third"]
Take = Callable[[UpdateHandler, Turn], Awaitable[Any]]


def slow_at_first(take: Take, said: list[str]) -> Take:
    """Return `take`, which loses its first race, as a unit on PostgreSQL may, and notes the order of all ends."""

    async def slowly(handler: UpdateHandler, turn: Turn) -> Any:
        assert isinstance(turn.input, TextMessage)
        if turn.input.text == SAID[0]:
            await asyncio.sleep(0.2)
        answered = await take(handler, turn)
        said.append(turn.input.text)
        return answered

    return slowly


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(UpdateHandler, "take", slow_at_first(UpdateHandler.take, said))
    return said


async def test_slack_events_are_taken_in_order(
    lab: Lab, stall: Stall, browser: aiohttp.ClientSession, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = slack(lab, stall, signing_secret=lab.slack.signing_secret)
    monkeypatch.setattr(app, "_signed", lambda _body, _headers: True)
    await app.start()
    await Window.take(browser, "Ona", id="U0ONA")

    async def says(number: int, text: str) -> None:
        about = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U0ONA"}
        event = {**about, "text": text, "ts": f"1.{number}"}
        body = {"type": "event_callback", "team_id": bodies.TEAM, "event_id": f"Ev{number}", "event": event}
        status, _, _ = await app.take_http(json.dumps(body).encode(), {"Content-Type": bodies.JSON})
        assert status == 200

    await asyncio.gather(*(says(number, text) for number, text in enumerate(SAID)))
    assert said == SAID
    await stall.settle()
    await app.stop()


async def test_posted_telegram_updates_are_taken_in_order(lab: Lab, stall: Stall, said: list[str]) -> None:
    edge = telegram(lab, stall, public_url=HOOK, secret=SECRET)
    await edge.start()
    ona = {"id": 7_000_000_011, "is_bot": False, "first_name": "Ona", "language_code": "en"}
    taken = await asyncio.gather(*(said_to(edge, ona, number, text=text) for number, text in enumerate(SAID)))
    assert (taken, said) == ([200, 200, 200], SAID)
    await stall.settle()
    await edge.stop()


async def test_others_pass_beside_and_a_fault_lets_the_next_one_in() -> None:
    order = ArrivalOrder()
    went: list[str] = []

    async def goes(sender: str, name: str, until: asyncio.Event) -> None:
        async with order.turn_of(sender):
            await until.wait()
            went.append(name)
            if name == "faulty":
                raise ValueError(name)

    now, later = asyncio.Event(), asyncio.Event()
    now.set()
    tasks = [
        asyncio.ensure_future(goes(sender, name, until))
        for sender, name, until in (("a", "faulty", later), ("a", "next", now), ("b", "other", now))
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert went == ["other"]
    tasks[1].cancel()
    later.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in results] == [ValueError, asyncio.CancelledError, type(None)]
    await goes("a", "last", now)
    assert went == ["other", "faulty", "last"]
    assert len(order) == 0, "an empty line is forgotten"
