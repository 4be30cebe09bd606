"""Bodies of a wrong shape with the right secret cause no error and no repetition. A person is always answered."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import aiohttp
import pytest

from bench import door_bodies as bodies
from lab.app import Lab
from lab.tests.phone import Phone
from lab.tests.slack.member import Member as Window
from tests.bots.phone_screen import ends_with, seen
from tests.bots.sample_market import Stall
from tests.bots.slack_app import last, slack
from tests.bots.test_telegram_bot import telegram

HOOK = "http://127.0.0.1:9/telegram"  # where nothing listens: updates come from the story
SECRET = "right-secret"
EACH = 250


async def said_to(edge: Any, person: dict[str, Any], number: int, **content: Any) -> int:
    message = {"message_id": 1, "date": 0, "chat": {"id": person["id"], "type": "private"}, "from": person, **content}
    status: int = await edge.take_webhook(json.dumps({"update_id": number, "message": message}).encode(), SECRET)
    return status


async def test_odd_updates_of_telegram_are_taken_or_refused(lab: Lab, stall: Stall) -> None:
    edge, chance, known = telegram(lab, stall, public_url=HOOK, secret=SECRET), random.Random(7), bodies.Known()
    await edge.start()
    statuses = Counter([await edge.take_webhook(bodies.telegram_body(chance, known), SECRET) for _ in range(EACH)])
    assert set(statuses) == {200, 400}
    await stall.settle()
    await edge.stop()


async def test_a_name_and_a_text_with_a_nul_are_answered(
    lab: Lab, stall: Stall, browser: aiohttp.ClientSession
) -> None:
    """PostgreSQL stores no NUL: there was no answer at all, and the update was passed over."""
    edge, ona = telegram(lab, stall, public_url=HOOK, secret=SECRET), await Phone.buy(browser, "Ona")
    await edge.start()
    person = {"id": ona.id, "is_bot": False, "first_name": "O\0na \u202egnp.exe", "language_code": "en"}
    await ona.do("say", text="hello")  # a bot may only write to people who wrote first
    assert await said_to(edge, person, 1, text="hel\0lo \ud800") == 200
    await stall.settle()
    await seen(ona, ends_with("You said: hello"))
    await edge.stop()


async def test_a_press_without_a_payload_is_answered(lab: Lab, stall: Stall) -> None:
    edge = telegram(lab, stall, public_url=HOOK, secret=SECRET)
    await edge.start()
    person = {"id": 7_000_000_009, "is_bot": False, "first_name": "Ona"}
    press = {"id": "9", "from": person, "chat_instance": "1", "data": "claim.pick|a||99|"}
    for number, query in enumerate((press, {name: part for name, part in press.items() if name != "data"}), start=1):
        body = json.dumps({"update_id": number, "callback_query": query}).encode()
        assert await edge.take_webhook(body, SECRET) == 200
    await stall.settle()
    await edge.stop()


# --- Slack ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [3, 4])
async def test_odd_requests_of_slack_get_no_5xx(lab: Lab, stall: Stall, seed: int, monkeypatch: Any) -> None:
    app = slack(lab, stall, signing_secret=lab.slack.signing_secret)
    monkeypatch.setattr(app, "_signed", lambda _body, _headers: True)
    await app.start()
    lab.slack.app.pace = 100.0  # a limit of calls is Slack's own, and passes
    chance, statuses = random.Random(seed), Counter[int]()
    for _ in range(EACH):
        body, kind = bodies.slack_body(chance, bodies.Known())
        status, _, _ = await app.take_http(body, {"Content-Type": kind})
        statuses[status] += 1
    assert {status for status in statuses if status >= 500} == set(), statuses
    await stall.settle()
    await app.stop()


def event_of(team: str, user: str, **event: Any) -> bytes:
    whole = {"type": "message", "channel_type": "im", "text": "hello", "ts": "1.1", "channel": "D1", "user": user}
    return json.dumps({"type": "event_callback", "team_id": team, "event_id": "Ev1", "event": whole | event}).encode()


async def test_a_workspace_without_the_app_gets_a_quiet_200(lab: Lab, stall: Stall, monkeypatch: Any) -> None:
    """It was a 500, so Slack repeated it."""
    app = slack(lab, stall, signing_secret=lab.slack.signing_secret)
    monkeypatch.setattr(app, "_signed", lambda _body, _headers: True)
    await app.start()
    status, _, _ = await app.take_http(event_of("T0NOWHERE", "U1"), {"Content-Type": bodies.JSON})
    assert status == 200
    pressed = {"type": "block_actions", "team": {"id": "T0NOWHERE"}, "user": {"id": "U1", "team_id": "T0NOWHERE"},
               "actions": [{"type": "button", "value": "x", "action_id": "a"}], "trigger_id": "t"}  # fmt: skip
    form, kind = bodies.form({"payload": json.dumps(pressed)})
    status, _, _ = await app.take_http(form, {"Content-Type": kind})
    assert status == 200
    await stall.settle()
    await app.stop()


async def test_a_person_whose_input_cannot_be_read_is_told(
    lab: Lab, stall: Stall, browser: aiohttp.ClientSession, monkeypatch: Any
) -> None:
    app = slack(lab, stall, signing_secret=lab.slack.signing_secret)
    monkeypatch.setattr(app, "_signed", lambda _body, _headers: True)
    await app.start()
    ona = await Window.take(browser, "Ona", id="U0ONA")
    status, _, _ = await app.take_http(
        event_of(bodies.TEAM, "U0ONA", text=["no", "text"]), {"Content-Type": bodies.JSON}
    )
    assert status == 200
    await stall.settle()
    await last(ona, "Our mistake")
    await app.stop()
